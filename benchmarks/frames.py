"""How many pictures a second an explorer draws while it turns: one panel, and four side by side.

    python benchmarks/frames.py results/explorer/categorical-5.html

needs playwright and Chromium, which runs without a window and without a graphics card. The tour
through all components draws every picture anew, all slow points, edges and faces; a sentence plays
meanwhile. Printed: the median over runs of the pictures of five seconds, and how long the slowest
tenth took. 60 a second is the most a browser draws. Aims: 50 for one panel, 30 for four.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import statistics
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

SECONDS, RUNS = 5, 3
WINDOW = {"width": 1280, "height": 900}
AIMS = {"one panel": ("view=3", 50), "four panels": ("view=3&side=cells", 30)}
COUNT = """seconds => new Promise(done => {
  const times = [];
  const one = now => {
    times.push(now);
    if (now - times[0] < 1000 * seconds) requestAnimationFrame(one);
    else done(times);
  };
  requestAnimationFrame(one);
})"""


def spaces(browser: Browser, page_file: Path, fragment: str) -> list[float]:
    """Return the milliseconds between pictures while a page turns and plays."""
    page = browser.new_page(viewport=WINDOW)
    page.goto(f"{page_file.resolve().as_uri()}#{fragment}")
    page.wait_for_selector("html[data-ready='1']")
    page.get_by_role("button", name="Tour").click()
    page.get_by_role("button", name="Play", exact=True).click()
    times = page.evaluate(COUNT, SECONDS)
    panels = page.evaluate("explorer.panels().length")
    page.close()
    asked = 4 if "side" in fragment else 1
    if panels != asked:
        raise SystemExit(f"{page_file}: {panels} panels, {asked} are needed: a run of four cells")
    return [after - before for before, after in itertools.pairwise(times)]


def main() -> None:
    """Print a row for one panel and one for four."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, help="the page of a task on which four cells ran")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, (fragment, aim) in AIMS.items():
            runs = [spaces(browser, given.page, fragment) for _ in range(RUNS)]
            each = statistics.median(len(run) * 1000 / sum(run) for run in runs)
            slow = statistics.median(statistics.quantiles(run, n=10)[-1] for run in runs)
            print(f"{name:12} {each:5.1f} a second (aim {aim}), slowest tenth {slow:5.1f} ms")
        browser.close()


if __name__ == "__main__":
    main()
