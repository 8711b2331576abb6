"""What pip gets holds every file of the product once, and each way to install gives the same package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from configparser import ConfigParser
from email.message import Message
from email.parser import Parser
from pathlib import Path

import pytest

import ptodsl
from tests.tree import HOMES, copy_tree, product_files

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]

ADD_IT = "a new package belongs in [tool.setuptools] packages, a new kind of data file in package-data (pyproject.toml)"

WHERE = """
import json, site, sys
from importlib.resources import files
from pathlib import Path

for folder in sys.argv[2:]:
    site.addsitedir(folder)
sys.path.append(sys.argv[1])
packages = "ptodsl", "ptodsl.codegen", "ptodsl.runtime"
print(json.dumps({package: str(Path(str(files(package))).resolve()) for package in packages}))
"""
"""Prints the folder of each package. The first argument holds the dependencies: a plain path behind all others,
so that an installation of ptodsl there is not seen. The others are site folders."""


def run(*arguments: str | Path, cwd: Path, environment: Mapping[str, str] | None = None) -> str:
    """What this interpreter prints, run in another folder without the paths of this one."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | dict(environment or {})
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env=outside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, free to be built in."""
    return copy_tree(tmp_path_factory.mktemp("packaging") / "checkout")


@pytest.fixture(scope="session")
def archives(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("archives")
    run("-m", "build", "--no-isolation", "--outdir", folder, checkout, cwd=folder)
    return folder


@pytest.fixture(scope="session")
def wheel(archives: Path) -> zipfile.ZipFile:
    """The built wheel."""
    [path] = archives.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture(scope="session")
def metadata(wheel: zipfile.ZipFile) -> Message:
    """The METADATA of the wheel."""
    return Parser().parsestr(_of_dist_info(wheel, "METADATA"))


def _of_dist_info(wheel: zipfile.ZipFile, name: str) -> str:
    [path] = [path for path in wheel.namelist() if path.endswith(f".dist-info/{name}")]
    return wheel.read(path).decode()


def test_wheel_holds_each_file_once(wheel: zipfile.ZipFile) -> None:
    held = Counter(name for name in wheel.namelist() if ".dist-info/" not in name)
    wanted = Counter(installed for installed, _ in product_files())
    assert not wanted - held, f"not in the wheel: {sorted(wanted - held)}; {ADD_IT}"
    assert not held - wanted, f"in the wheel twice, or not from the product: {sorted(held - wanted)}"


def test_sdist_holds_each_file_once(archives: Path, checkout: Path) -> None:
    [path] = archives.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = [member.name.partition("/")[2] for member in sdist.getmembers() if not member.isdir()]
    held = Counter(name for name in names if name.partition("/")[0] in HOMES.values())
    wanted = Counter(path.relative_to(checkout).as_posix() for _, path in product_files(checkout))
    assert not wanted - held, f"not in the sdist: {sorted(wanted - held)}; {ADD_IT}"
    assert not held - wanted, f"in the sdist twice, or not from the product: {sorted(held - wanted)}"


def test_sdist_holds_what_a_packager_tests_with(archives: Path) -> None:
    [path] = archives.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"LICENSE", "Makefile", "README.md", "constraints.txt", "tests/conftest.py"} <= held


def test_version_is_that_of_the_package(metadata: Message) -> None:
    assert metadata["Version"] == ptodsl.__version__


def test_torch_is_an_extra_and_the_licence_is_named(metadata: Message) -> None:
    required = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert {line.partition(">=")[0] for line in required} == {
        "jinja2",
        "lark",
        "ml_dtypes",
        "numpy",
        "typing_extensions",
    }
    assert set(metadata.get_all("Provides-Extra", [])) == {"torch", "llm", "test", "lint"}
    assert metadata["License-Expression"] == "Apache-2.0"


def test_entry_points_are_the_command_and_the_plugin(wheel: zipfile.ZipFile) -> None:
    entries = ConfigParser()
    entries.read_string(_of_dist_info(wheel, "entry_points.txt"))
    assert dict(entries["console_scripts"]) == {"ptodsl": "ptodsl.__main__:main"}
    assert dict(entries["pytest11"]) == {"ptodsl": "ptodsl.testing.plugin"}


def where(*site: Path, cwd: Path, environment: Mapping[str, str] | None = None) -> dict[str, Path]:
    """The folder that each package is found in, in an interpreter with these site folders alone."""
    dependencies = sysconfig.get_path("purelib")
    shown = run("-S", "-c", WHERE, dependencies, *site, cwd=cwd, environment=environment)
    return {package: Path(folder) for package, folder in json.loads(shown).items()}


def homes_in(checkout: Path) -> dict[str, Path]:
    """The folder of each package in a checkout."""
    return {package: (checkout / home).resolve() for package, home in HOMES.items()}


def unpacked(folder: Path) -> Path:
    """The one wheel in a folder, unpacked there as an installation."""
    [path] = folder.glob("*.whl")
    site = folder / "site"
    zipfile.ZipFile(path).extractall(site)
    return site


def test_a_checkout_on_the_path_gives_every_package(checkout: Path, tmp_path: Path) -> None:
    assert where(cwd=tmp_path, environment={"PYTHONPATH": str(checkout)}) == homes_in(checkout)


def test_an_install_gives_every_package(archives: Path, tmp_path: Path) -> None:
    site = unpacked(archives)
    assert where(site, cwd=tmp_path) == {package: site.resolve().joinpath(*package.split(".")) for package in HOMES}


def test_an_editable_install_gives_every_package(checkout: Path, tmp_path: Path) -> None:
    build = f"from setuptools import build_meta; build_meta.build_editable({str(tmp_path)!r})"
    run("-c", build, cwd=checkout)
    assert where(unpacked(tmp_path), cwd=tmp_path) == homes_in(checkout)
