"""Predictions on a user's own rows: ``ridgeproof.data.predict(X, y, T=..., lam=...)``."""

from __future__ import annotations

from ridgeproof.numerics.rows.predict import Prediction, predict

__all__ = ["Prediction", "predict"]
