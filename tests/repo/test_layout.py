"""What stands where in the repository, and what its files never mention."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.repo.tree import ROOT, SOURCE_ROOTS, files

# A pattern's own text never fits it: the dots are escaped.
REGISTRY_HOST = re.compile(
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:com|org)|yarnpkg\.com|proxy\.golang\.org|crates\.io"
    r"|rubygems\.org|repo\d?\.maven\.org|anaconda\.org|ghcr\.io|docker\.io"
)
# Preceded by a word, such a path is the tail of an address or of a longer path.
MACHINE_PATH = re.compile(r"(?<![\w.~*}>-])/(?:work|root|home|tmp|opt|var/folders|Users)/[\w.]|\b[A-Z]:\\{1,2}Users\b")


def test_source_roots_are_no_packages() -> None:
    """Else `import validators` would mean this folder here and another distribution elsewhere."""
    found = [root for root in SOURCE_ROOTS if (ROOT / root / "__init__.py").exists()]
    assert not found


def test_each_source_root_holds_its_package() -> None:
    missing = [root for root in SOURCE_ROOTS if not (ROOT / root / f"understudy_{root}" / "__init__.py").is_file()]
    assert not missing


def test_the_changelog_has_an_unreleased_section_first() -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert sections[:1] == ["[Unreleased]"]


def test_no_lockfile_with_download_addresses_is_kept() -> None:
    """Versions are pinned in pyproject.toml instead."""
    assert ROOT / "uv.lock" not in files()


def test_no_file_names_a_package_registry() -> None:
    """Whoever installs chooses the registry; names and versions are all that we say."""
    assert not list(mentions(REGISTRY_HOST))


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert not list(mentions(MACHINE_PATH))


def mentions(pattern: re.Pattern[str]) -> Iterator[str]:
    """Each place in the repository's text files that fits, as ``path:line: match``."""
    for path in files():
        for number, line in enumerate(text(path).splitlines(), 1):
            if found := pattern.search(line):
                yield f"{path.relative_to(ROOT)}:{number}: {found[0]}"


def text(path: Path) -> str:
    """The file's text; empty for a binary file."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", "replace")
