#!/usr/bin/env python3
"""Draws a fleet and writes it as JSON lines, one profile each, to standard output; the seed and the size go to standard
error, what is known of the fleet to the file of --truth. HAWCTL is the hawctl to take the shape of a document from.

    draw_fleet.py --hosts=5000 --kinds=300 --seed=1 --corpus=DIRECTORY --truth=truth.json > fleet.jsonl"""
import argparse
import json
import os
import sys

from fleet_documents import DEVICE_COUNTS, DEVICE_WEIGHTS, Documents
from fleet_kinds import Corpus, draw_kinds, rng_of


class Fleet:
    """Yields lines; afterwards `counts` has how many hosts each kind has, `names` whose they are."""

    def __init__(self, documents, corpus, hosts, kinds, seed, mess=1.0, max_devices=300):
        self.documents, self.rng, self.hosts = documents, rng_of(seed), hosts
        self.kinds, self.shares = draw_kinds(self.rng, corpus, kinds, mess)
        self.counts = [0] * len(self.kinds)
        self.drawn = []  # the kind of each host
        self.sizes = [n for n in DEVICE_COUNTS if n <= max_devices]

    def lines(self):
        weights = DEVICE_WEIGHTS[:len(self.sizes)]
        for start in range(0, self.hosts, 1000):
            n = min(1000, self.hosts - start)
            kinds = self.rng.choices(range(len(self.kinds)), self.shares, k=n)
            sizes = self.rng.choices(self.sizes, weights, k=n)
            for i, (kind, size) in enumerate(zip(kinds, sizes)):
                self.counts[kind] += 1
                self.drawn.append(kind)
                yield self.documents.line(self.kinds[kind], size, start + i)


def widths(fleet):
    """{width: hosts}, without and with devices; a reason in place of a width that is unknown."""
    answer = {"guest": {}, "withDevices": {}}
    for kind, n in zip(fleet.kinds, fleet.counts):
        for key, bits in (("guest", kind.safe()), ("withDevices", kind.safe_with_devices())):
            answer[key][str(bits)] = answer[key].get(str(bits), 0) + n
    return answer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--kinds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mess", type=float, default=1.0)
    parser.add_argument("--max-devices", type=int, default=300)
    parser.add_argument("--corpus", default=os.environ.get("HAWD_CORPUS"))
    parser.add_argument("--truth")
    args = parser.parse_args()
    corpus = Corpus(args.corpus)
    fleet = Fleet(Documents(), corpus, args.hosts, args.kinds, args.seed, args.mess, args.max_devices)
    print(f"seed {args.seed}, {args.hosts} hosts of {len(fleet.kinds)} kinds, "
          f"{'from the corpus' if corpus.real else 'without a corpus'}", file=sys.stderr)
    for line in fleet.lines():
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.flush()
    if args.truth:
        with open(args.truth, "w", encoding="utf-8") as file:
            json.dump({"hosts": args.hosts, "kinds": fleet.counts, **widths(fleet)}, file)


if __name__ == "__main__":
    main()
