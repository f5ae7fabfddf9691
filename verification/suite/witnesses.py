"""Settings that several claims about power laws use as witnesses."""

from ridgeproof.theory.settings.setting import make_setting

__all__ = ["LARGE_POWER_LAW", "SMALL_POWER_LAW"]

# Small enough to simulate literally.
SMALL_POWER_LAW = make_setting(
    d=16, T=48, T0=32, n=2, sigma=1, sigma0=1, lam="0.1",
    spectrum="power-law:3/2", signal="source:2/5",
)  # fmt: skip

# T0 = T^(3/5), d = T0/2: where a wrong exponent shows.
LARGE_POWER_LAW = make_setting(
    d=388, T=65536, T0=776, n=1, sigma=1, sigma0=1, lam="0.01",
    spectrum="power-law:3/2", signal="source:2/5",
)  # fmt: skip
