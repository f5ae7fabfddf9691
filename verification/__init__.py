"""Whether it is true: the simulated process, the statistics, conjectures and claims."""
