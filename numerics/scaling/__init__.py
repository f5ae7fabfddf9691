"""Scaling laws of a process, with slopes measured where leading terms cancel."""
