"""What an SVG picture shows, read from its own numbers: boxes of its texts, ranges of its rectangles."""
import re
import xml.etree.ElementTree as ElementTree

NAMESPACE = "{http://www.w3.org/2000/svg}"
# Advances of DejaVu Sans, the widest of the fonts that the picture asks for, in units of the size, from the font's hmtx table
# (bold ones are a tenth wider at most). The program's own bound is not asked.
ADVANCE = {c: w for w, chars in {
    0.35: "ijlI|/\\", 0.42: "'!()[]-;:,.ft", 0.49: "r\"*_`", 0.61: "zs?cLvyxk J", 0.66: "aFToeE$0123456789Sbdghnpqu{}Y",
    0.71: "PZBCAKRVX", 0.84: "UHNDGOQ&#+<=>^~w", 1.02: "M%m@W"}.items() for c in chars}


class Text:
    def __init__(self, element, sizes):
        classes = element.get("class", "").split()
        self.text = element.text or ""
        self.size = sizes["title"] if "title" in classes else sizes["text"]
        bold = 1.1 if {"title", "head", "strong"} & set(classes) else 1.0
        width = sum(ADVANCE.get(c, 1.0) for c in self.text) * self.size * bold
        x, y = float(element.get("x")), float(element.get("y"))
        anchor = "end" if "axis" in classes else "middle" if {"head", "cell"} & set(classes) else "start"
        self.left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        self.right, self.top, self.bottom = self.left + width, y - 0.8 * self.size, y + 0.24 * self.size

    def overlaps(self, other):
        return self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom

    def __repr__(self):
        return f"{self.text!r} at {self.left:.0f},{self.top:.0f}-{self.right:.0f},{self.bottom:.0f}"


class Picture:
    def __init__(self, content):
        self.content = content
        self.root = ElementTree.fromstring(content)
        self.width, self.height = float(self.root.get("width")), float(self.root.get("height"))
        style = self.root.find(NAMESPACE + "style").text
        # What a class says of an anchor holds here as it is assumed above.
        assert ".axis{text-anchor:end" in style and ".head,.cell{text-anchor:middle}" in style
        sizes = {"text": float(re.search(r"text\{font:(\d+)px", style)[1]), "title": float(re.search(r"\.title\{font-size:(\d+)px", style)[1])}
        self.texts = [Text(e, sizes) for e in self.root.iter(NAMESPACE + "text")]
        self.bands = [e for e in self.root.iter(NAMESPACE + "rect") if e.get("data-lane")]
        self.conflicts = [e for e in self.root.iter(NAMESPACE + "rect") if e.get("data-rule")]
        self.limits = {int(e.get("data-edge")): e for e in self.root.iter(NAMESPACE + "path") if e.get("data-edge")}

    def lanes(self):
        lanes = {}
        for band in self.bands:
            lanes.setdefault(band.get("data-lane"), []).append(band)
        return lanes

    def edges(self):
        """Every address that has a height: (address, y). An end is the first address behind it."""
        for rect in self.bands + self.conflicts:
            top = float(rect.get("y"))
            yield int(rect.get("data-start"), 16), top + float(rect.get("height"))
            yield int(rect.get("data-end"), 16) + 1, top
        for bits, path in self.limits.items():
            yield 1 << bits, float(re.match(r"M[\d.]+ ([\d.]+)H", path.get("d"))[1])
