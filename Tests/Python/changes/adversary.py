# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Rounds of the adversary: what the tool lets pass is shown to the renderers, and what they show otherwise is a finding."""

import collections
import random

from . import contents, documents, judge, mutations

PAGES = 30
CERTIFICATIONS = [[], [], ["--certify", "1"], ["--certify", "2"], ["--certify", "3"], ["--certify", "3"], ["--field", "reserved"]]


class Adversary:
    """Plays rounds, each from a number alone, and keeps the files of its findings in a folder."""

    def __init__(self, tool, renderers, folder, accepts=lambda verdict: verdict == "TOTAL-PASSED"):
        self.tool, self.renderers, self.folder, self.accepts = tool, renderers, folder, accepts
        self.verdicts, self.honest, self.findings, self.unseen = collections.Counter(), collections.Counter(), [], collections.Counter()

    def pictures(self, data, name="shown.pdf"):
        path = self.folder / name
        path.write_bytes(data)
        return {renderer: show(str(path)) for renderer, show in self.renderers.items()}

    def judged(self, files):
        paths = []
        for index, data in enumerate(files):
            paths.append(self.folder / f"case-{index}.pdf")
            paths[-1].write_bytes(data)
        return self.tool.verdicts(paths)

    def found(self, kind, seed, data, told):
        path = self.folder / f"finding-{kind}-{seed}-{len(self.findings)}.pdf"
        path.write_bytes(data)
        self.findings.append(f"{kind}, round {seed}: {told} ({path})")

    # Visible fields over what a page shows.

    def play_contents(self, seed, pages=PAGES):
        chance = random.Random(seed)
        _, _, names = contents.library()
        programs = [contents.Program(chance, names).steps() for _ in range(pages)]
        cases = self.covering(programs, chance)
        for (data, page, renderer), (verdict, _) in zip(cases, self.judged([case[0] for case in cases])):
            self.verdicts[verdict] += 1
            if self.accepts(verdict):
                steps = self.smaller(programs[page], renderer)
                self.found("content", seed, data, f"{renderer} shows it under the field: {b' '.join(steps)!r}")

    def covering(self, programs, chance, only=None):
        """Signed files with a field over what a renderer shows of a page: (file, page, renderer)."""
        signed = self.tool.sign(contents.document(programs))
        if signed is None:
            return []
        cases = []
        for renderer, pages in self.pictures(signed).items():
            if only not in (None, renderer):
                continue
            if len(pages) != len(programs):
                self.unseen[renderer] += 1
                continue
            for index, page in enumerate(pages):
                place = contents.inked(page, chance)
                if place:
                    cases.append((contents.with_field(signed, 10 + 2 * index, place), index, renderer))
        return cases

    def smaller(self, steps, renderer):
        """The steps without those that the finding does not need."""
        index = 0
        while index < len(steps) and len(steps) > 1:
            rest = steps[:index] + steps[index + 1 :]
            cases = [case for seed in range(3) for case in self.covering([rest], random.Random(seed), renderer)]
            if any(self.accepts(verdict) for verdict, _ in self.judged([case[0] for case in cases])):
                steps = rest
            else:
                index += 1
        return steps

    # Later revisions.

    def play_updates(self, seed, count=60):
        chance = random.Random(seed)
        signed = self.tool.sign(documents.document(chance), *chance.choice(CERTIFICATIONS))
        if signed is None:
            raise RuntimeError(f"round {seed}: not signed: {self.tool.refusal}")
        if chance.random() < 0.3:
            signed = self.tool.sign(signed, signer="official") or signed
        self.play_updates_of(seed, signed, [(mutations.steps(chance), chance.randrange(1 << 30)) for _ in range(count)])

    def play_updates_of(self, seed, signed, compositions):
        before = self.pictures(signed)
        cases = [case for steps, number in compositions if (case := self.changed(signed, steps, number))]
        verdicts = self.judged([case[1] for case in cases])
        for (change, data, steps, number), (verdict, _) in zip(cases, verdicts):
            told = verdict if verdict.startswith(("TOTAL", "INDETERMINATE")) else "unreadable"
            self.verdicts[told] += 1
            if all(step in mutations.HONEST for step in steps):
                self.honest[told] += 1
            if not self.accepts(verdict) or not self.visible(before, change, data):
                continue
            index = 0
            while index < len(steps) and len(steps) > 1:
                rest = steps[:index] + steps[index + 1 :]
                case = self.changed(signed, rest, number)
                if case and self.accepts(self.judged([case[1]])[0][0]) and self.visible(before, case[0], case[1]):
                    change, data, steps = case[0], case[1], rest
                else:
                    index += 1
            names = ", ".join(step.__name__ for step in steps)
            self.found("update", seed, data, f"{names}: {self.visible(before, change, data)}, number {number}")

    @staticmethod
    def changed(signed, steps, number):
        change = mutations.Change(signed, random.Random(number))
        try:
            for step in steps:
                step(change)
            return change, change.write(), steps, number
        except (ValueError, IndexError, KeyError, AttributeError):
            # A step that finds nothing to hold on to after another one.
            return None

    def visible(self, before, change, data):
        """What each renderer shows otherwise than what the honest part of a change explains."""
        seen = []
        for renderer, pages in self.pictures(data).items():
            if len(pages) != len(before[renderer]):
                seen.append(f"{renderer}: {len(pages)} pages")
                continue
            for number, first, second in zip((3, 5), before[renderer], pages):
                allowed = [placed(rectangle) for page, rectangle in change.allowed if page == number]
                claims = [placed(rectangle) for page, rectangle in change.claims if page == number]
                allowed += [rectangle for rectangle in claims if first.is_even(*rectangle)]
                if count := first.differences(second, allowed):
                    seen.append(f"{renderer}: {count} pixels of page {(3, 5).index(number) + 1}")
        return seen


def placed(rectangle):
    return rectangle[0], documents.HEIGHT - rectangle[3], rectangle[2], documents.HEIGHT - rectangle[1]
