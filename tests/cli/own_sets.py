"""Three sets of texts that no configuration knows, like those that people bring.

Letters to a shop in four departments (CSV, labels are names), reviews of hotels with one to five
stars (JSON lines), and remarks on several topics, some of them rare (Parquet, lists of names).
Sentences are put together from phrases; words of the label stand among many that tell nothing, and
now and then a phrase of another label comes in. `python own_sets.py FOLDER` writes them.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

TEXTS = 5000
OPENINGS = """hello i am writing to you about my last order|good morning|dear team
i have been a customer for {n} years|last {day} something happened that i want to tell you
thank you for your last message|this is the {nth} time that i write|to whom it may concern
my neighbour told me to write to you|i hope this reaches the right person"""
CLOSINGS = """please let me know what i can do|thank you in advance|kind regards {name}
i look forward to hearing from you|you can reach me by phone on {day}
many thanks and best wishes from {name}|it would be nice to hear from you before {day}"""
FILLERS = """i was at home with the children when it came up|it rained the whole {day} by the way
my sister {name} says the same|we talked about it at dinner|i wrote it down on {day}
that is all i can say about it|it may be my own mistake of course|so much for that
i had to wait until {day} evening|the same happened to {name} who lives next door
nobody could tell me more at the time|i looked it up twice to be sure"""
DEPARTMENTS = {
    "Billing": """the invoice shows an amount that i never agreed to|my card was charged {n} times
i was charged twice for the same month|the refund has not reached my bank account
the discount code was not taken off the price|there is a fee on the bill that nobody explained
please cancel the payment of {n} euros|the tax on the receipt is wrong""",
    "Delivery": """the parcel has not arrived|the courier left the box at the wrong address
tracking says delivered but there is nothing here|the package was wet and torn open
shipping took {n} weeks instead of days|the driver did not ring the bell
half of the boxes are missing from the shipment|please send it to the new address""",
    "Technical help": """the screen stays black after the update|the app crashes at the menu
the device no longer connects to the network|an error with the number {n} appears
the battery is empty after {n} hours|the software does not start any more
i cannot install the new version|the sound stops whenever i plug in the cable""",
    "Account": """i forgot my password and the link does not work|i cannot log in with my email
please delete my profile and all my data|my user name was changed without asking
the code for the login never comes|someone else seems to use my account
i want to change the email of my profile|the page says that my account is locked""",
}
STARS = {
    1: "filthy|horrible|disgusting|rude|a disaster|unbearable|the worst|cockroaches|never again",
    2: "disappointing|noisy|tired|slow|too small|overpriced|not clean|cold|poor",
    3: "okay|average|acceptable|as expected|nothing special|fair|decent|plain|so so",
    4: "good|comfortable|friendly|clean|pleasant|quiet|tasty|well placed|helpful",
    5: "wonderful|perfect|outstanding|amazing|spotless|the best|delicious|superb|a dream",
}
ABOUT = "the room|the breakfast|the staff|the bed|the bathroom|the pool|the view|the lobby|the bar"
TOPICS = {
    "price": "far too expensive|a bargain at {n} euros|cheaper elsewhere|worth the money",
    "service": "the staff were kind|nobody answered my questions|a helpful assistant|rude on phone",
    "quality": "it broke after {n} days|solid and well made|the seam came apart|a fine material",
    "size": "it runs small|too wide at the shoulders|fits like a glove|one size larger please",
    "packaging": "so much plastic around it|the carton was crushed|wrapped like a present",
    "warranty": "the guarantee covers nothing|repaired under warranty|two years of warranty",
}
SHARES = {
    "price": 0.4,
    "service": 0.3,
    "quality": 0.3,
    "size": 0.15,
    "packaging": 0.04,
    "warranty": 0.02,
}
OVERLOOKED = 0.06  # of the topics, by whoever named them
NAMES = ["anna", "ben", "carla", "david", "elena", "farid", "greta", "hugo", "ines", "jonas"]
DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NTH = ["second", "third", "fourth", "fifth"]


class Writer:
    """Puts phrases together, from a seed."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)

    def one(self, phrases: str) -> str:
        """Return one of some phrases, its blanks filled in."""
        known = [phrase for line in phrases.splitlines() for phrase in line.split("|")]
        filled = {"n": self.rng.integers(2, 30), "nth": self.pick(NTH), "day": self.pick(DAYS)}
        return self.pick(known).format(**filled, name=self.pick(NAMES))

    def pick(self, values):
        """Return one of some values."""
        return values[int(self.rng.integers(len(values)))]

    def chance(self, share: float) -> bool:
        """Return True as often as the share says."""
        return bool(self.rng.random() < share)

    def text(self, telling: list[str], fillers: int) -> str:
        """Return an opening, telling phrases among fillers, and a closing."""
        parts = [*telling, *(self.one(FILLERS) for _ in range(fillers))]
        self.rng.shuffle(parts)
        text = ". ".join([self.one(OPENINGS), *parts, self.one(CLOSINGS)])
        return text[:1].upper() + text[1:] + "."


def write_letters(path: Path, texts: int = TEXTS, seed: int = 0) -> Path:
    """Write letters to a shop: columns number, received, message and department."""
    writer = Writer(seed)
    names = list(DEPARTMENTS)
    with open(path, "w", newline="", encoding="utf-8") as handle:
        table = csv.writer(handle)
        table.writerow(["number", "received", "message", "department"])
        for i in range(texts):
            name = writer.pick(names)
            told = [writer.one(DEPARTMENTS[name])]
            told += [writer.one(DEPARTMENTS[writer.pick(names)])] if writer.chance(0.2) else []
            message = writer.text(told, int(writer.rng.integers(0, 3)))
            table.writerow([1000 + i, f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}", message, name])
    return path


def write_reviews(path: Path, texts: int = TEXTS, seed: int = 1) -> Path:
    """Write reviews of hotels: keys hotel, review and stars, which lie a step off now and then."""
    writer = Writer(seed)
    with open(path, "w", encoding="utf-8") as handle:
        for _ in range(texts):
            stars = int(writer.rng.integers(1, 6))
            near = [
                min(max(stars + int(step), 1), 5) for step in writer.rng.integers(-1, 2, size=2)
            ]
            told = [
                f"{writer.pick(ABOUT.split('|'))} was {writer.one(STARS[s])}"
                for s in (stars, *near)
            ]
            row = {
                "hotel": f"h{writer.rng.integers(80)}",
                "review": writer.text(told, 1),
                "stars": stars,
            }
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


def write_remarks(path: Path, texts: int = TEXTS, seed: int = 2) -> Path:
    """Write remarks with lists of topics, of which some texts have none: id, remark, topics."""
    writer = Writer(seed)
    rows = []
    for i in range(texts):
        topics = [topic for topic, share in SHARES.items() if writer.chance(share)]
        told = [writer.one(TOPICS[topic]) for topic in topics]
        topics = [topic for topic in topics if not writer.chance(OVERLOOKED)]
        rows.append({"id": i, "remark": writer.text(told, 1), "topics": topics})
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def write_all(folder: Path, texts: int = TEXTS) -> dict[str, Path]:
    """Write the three sets into a folder; return their files by name."""
    return {
        "letters": write_letters(folder / "letters.csv", texts),
        "reviews": write_reviews(folder / "hotels.jsonl", texts),
        "remarks": write_remarks(folder / "remarks.parquet", texts),
    }


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    for file in write_all(Path(sys.argv[1])).values():
        print(file)
