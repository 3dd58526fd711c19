"""A browser for tests of pages.

Opens files, fails on console errors and requests, finds overlapping and pale text.
"""

import shutil
from contextlib import contextmanager

import pytest

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
LOCAL = ("file:", "data:", "blob:", "about:")

# Boxes of text as it is seen, cut by what scrolls or hides around it, and boxes of controls.
BOXES = """() => {
  const clipped = (rect, node) => {
    let box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
    for (let at = node; at && at !== document.documentElement; at = at.parentElement) {
      if (at === document.body || getComputedStyle(at).overflow === "visible") continue;
      const limit = at.getBoundingClientRect();
      box = { left: Math.max(box.left, limit.left), top: Math.max(box.top, limit.top),
              right: Math.min(box.right, limit.right), bottom: Math.min(box.bottom, limit.bottom) };
    }
    return box;
  };
  const seen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode, owner = text.parentElement;
    if (!text.textContent.trim() || !seen(owner)) continue;
    if (owner.closest("script, style, noscript, option, select")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const rect of range.getClientRects())
      found.push({ owner, text: text.textContent.trim(), box: clipped(rect, owner) });
  }
  for (const owner of document.querySelectorAll("select, input, button, textarea")) {
    const box = clipped(owner.getBoundingClientRect(), owner.parentElement);
    if (seen(owner)) found.push({ owner, control: true, text: owner.id || owner.textContent, box });
  }
  return found.filter(({ box }) => box.right - box.left > 1 && box.bottom - box.top > 1);
}"""

OVERLAPS = """(tolerance) => {
  const found = (BOXES)();
  const pairs = [], within = (a, b) => a.control && a.owner.contains(b.owner);
  found.forEach((a, i) => found.slice(i + 1).forEach((b) => {
    if (a.owner === b.owner || within(a, b) || within(b, a)) return;
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (across > tolerance && down > tolerance) pairs.push([a.text, b.text]);
  }));
  return pairs;
}""".replace("BOXES", BOXES)

OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const all = [...document.body.querySelectorAll("*")];
  const wide = all.filter((node) => node.getBoundingClientRect().right > width + 0.5);
  const names = wide.map((node) => node.tagName + "#" + node.id);
  return ["page " + document.documentElement.scrollWidth, ...names];
}"""


@pytest.fixture(scope="session", name="browser")
def launched():
    """Return Chromium without a window; skip where it or its driver is missing."""
    driver = pytest.importorskip(
        "playwright.sync_api", reason="the package playwright is not installed"
    )
    path = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if not path:
        pytest.skip("Chromium is not installed: put it on the PATH")
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def opened(
    browser,
    path,
    fragment="",
    width=1280,
    height=900,
    refused=("error", "warning"),
    patience=10,
    **options,
):
    """Open a file in a page of its own; fail on any error in its console or request off the disk.

    fragment: what follows the path, from # on. refused: kinds of console messages that fail.
    patience: most seconds to wait for anything. options: those of a Playwright context, such as
    reduced_motion.
    """
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    page, problems = context.new_page(), []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type in refused else None,
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(LOCAL) else problems.append(request.url),
    )
    page.set_default_timeout(1000 * patience)
    try:
        page.goto(path.resolve().as_uri() + fragment)
        yield page
        assert not problems, problems
    finally:
        context.close()


def wait_until(page, expression):
    """Ask the page again and again.

    Playwright's own waiting needs `eval`, which pages forbid themselves.
    """
    for _ in range(250):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"{expression} did not come true")


def overlaps(page, tolerance=1.5):
    """Return pairs of texts or controls whose boxes overlap by more than `tolerance` pixels."""
    return page.evaluate(OVERLAPS, tolerance)


def overflow(page):
    """Return what makes the page wider than the window; empty if nothing does."""
    return page.evaluate(OVERFLOW)


def contrast(page):
    """Return elements whose text is too pale for WCAG AA."""
    return _violations(page, ["color-contrast"])


def accessibility(page):
    """Return breaches of WCAG 2.1 A and AA that can be found by machine."""
    return _violations(page, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])


def _violations(page, only):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    kind = "rule" if only == ["color-contrast"] else "tag"
    result = axe.Axe().run(page, options={"runOnly": {"type": kind, "values": only}}).response
    return [
        f"{rule['id']}: {node['html']}" for rule in result["violations"] for node in rule["nodes"]
    ]
