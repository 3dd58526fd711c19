"""The Markdown pages of the project as tests read them: links, headings, blocks of code."""

import re
from pathlib import Path

import yaml
from conftest import PROJECT
from markdown_it import MarkdownIt

AT_ROOT = ("README.md", "config/README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md")
PAGES = [*map(Path, AT_ROOT), *(p.relative_to(PROJECT) for p in (PROJECT / "docs").glob("*.md"))]
INDEX = Path("docs/site/index.md")
# What a changelog names may be gone.
SHOWN = [page for page in PAGES if page.name != "CHANGELOG.md"]
LISTED = yaml.safe_load((PROJECT / "tests/commands.yaml").read_text())
PLANNED, WITH_DATA = LISTED["planned"], LISTED["planned where the real data are"]
COMMANDS = [*PLANNED, *WITH_DATA, *LISTED["tested"], *LISTED["not run"]]
# What begins a line that is meant for a shell.
TOOLS = (
    *("make", "snakemake", "python", "python3", ".venv/bin/python", "pip", "rnn-geometry", "git"),
    *(".", "tmux", "rsync", "xdg-open", "squeue", "scancel", "sinfo", "sacctmgr", "qsub", "bsub"),
)


def tokens(page):
    """Return the elements of a page, those of its lines after them."""
    found = MarkdownIt("commonmark").enable("table").parse((PROJECT / page).read_text())
    return [*found, *(part for token in found for part in token.children or ())]


def links(page):
    """Return where links and pictures of a page lead that stay on this machine."""
    kinds = {"link_open": "href", "image": "src"}
    targets = [token.attrs[kinds[token.type]] for token in tokens(page) if token.type in kinds]
    return [str(target) for target in targets if not re.match(r"[a-z]+:", str(target))]


def anchors(page):
    """Return the names by which a forge links the headings of a page."""
    found = MarkdownIt("commonmark").parse((PROJECT / page).read_text())
    heads = [found[i + 1] for i, token in enumerate(found) if token.type == "heading_open"]
    names = ["".join(part.content for part in head.children) for head in heads]
    slugs = [re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names]
    numbers = [slugs[:i].count(slug) for i, slug in enumerate(slugs)]
    return {f"{slug}-{n}" if n else slug for slug, n in zip(slugs, numbers)}


def blocks(page, kind):
    """Return the blocks of code of a page in one language; "" is none."""
    found = [token for token in tokens(page) if token.type in ("fence", "code_block")]
    return [token.content for token in found if token.info.strip() == kind]


def write_modules(page, folder):
    """Write the modules that a page has its readers write: named by the heading or a comment."""
    named, found = None, tokens(page)
    for token in found:
        if token.type == "inline":
            named = next((c.content for c in token.children if c.content.endswith(".py")), None)
        elif token.type == "fence" and token.info == "python":
            first = re.match(r"# (\w+\.py)\b", token.content)
            if first or named:
                (folder / (first[1] if first else named)).write_text(token.content)
            named = None


def commands(page):
    """Return the commands that a page shows, in blocks and within lines, without comments."""
    shell = [block for kind in ("", "sh", "bash") for block in blocks(page, kind)]
    lines = [line for block in shell for line in block.replace("\\\n", " ").splitlines()]
    inline = [token.content for token in tokens(page) if token.type == "code_inline"]
    lines += [text for text in inline if " " in text]
    parts = [part for line in lines for part in re.sub(r"\s+#.*", "", line).split(" && ")]
    plain = [" ".join(part.split()) for part in parts]
    return [command for command in plain if command.split(" ")[0] in TOOLS]


def in_toctrees():
    """Return the pages that the first page of the site leads to."""
    entries = [line for block in blocks(INDEX, "{toctree}") for line in block.splitlines()]
    named = [re.sub(r".*<(.+)>", r"\1", line) for line in entries if line and line[0] != ":"]
    folder = (PROJECT / INDEX).parent
    return {path.resolve() for name in named for path in folder.glob(f"{name}.md")}
