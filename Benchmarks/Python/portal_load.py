# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""Puts the demonstration portal under load over loopback, and prints what it took.

    portal_load.py ADDRESS PID VAULTS [SECONDS [FLOOD-SECONDS]]

Fifty people ask without a pause, each for the next page as soon as the last octet of the one before is there: of twenty
pages eight lists of the vault, six plans of a procedure, four downloads of 200 KiB and two uploads of a new document. Once a
second somebody else opens a vault with a passphrase (one Argon2id) and locks it again. Then, while the fifty go on, a hundred
others send their passphrases all at once, and do it again every five seconds.

What the generator itself took of the processors is printed apart; it runs beside the portal on the same machine. The exit
code tells whether the goals hold.
"""

import asyncio
import json
import os
import random
import re
import resource
import sys
import time
import urllib.parse

ADDRESS = urllib.parse.urlsplit(sys.argv[1])
PID, VAULTS = int(sys.argv[2]), int(sys.argv[3])
SECONDS = float(sys.argv[4]) if len(sys.argv) > 4 else 60
FLOOD = float(sys.argv[5]) if len(sys.argv) > 5 else 20
USERS, UNLOCKERS, CROWD = 50, 30, 100
PASSPHRASE = "một câu mật khẩu thử nghiệm"
PLAN = "/procedures/1.004222?q.home=rented-or-lent&q.movesWithSpouse=wife&q.movesWithChild=no"
DECK = ["list"] * 8 + ["plan"] * 6 + ["download"] * 4 + ["upload"] * 2
TICKS = os.sysconf("SC_CLK_TCK")


class Refused(Exception):
    pass


class Browser:
    """One person's connection, cookie and token; just enough HTTP/1.1."""

    def __init__(self, number):
        self.number = number
        self.cookie = None
        self.token = ""
        self.connection = None

    async def send(self, method, path, body=b"", kind="application/x-www-form-urlencoded"):
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = await asyncio.open_connection(ADDRESS.hostname, ADDRESS.port, limit=1 << 20)
            reader, writer = self.connection
            head = f"{method} {path} HTTP/1.1\r\nHost: {ADDRESS.netloc}\r\n"
            if self.cookie:
                head += f"Cookie: portal={self.cookie}\r\n"
            if method == "POST":
                head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
            try:
                writer.write(head.encode() + b"\r\n" + body)
                lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                break
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
                if attempt == 2:
                    raise
        fields = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        if "content-length" in fields:
            content = await reader.readexactly(int(fields["content-length"]))
        else:
            content = b""
            while size := int((await reader.readline()).strip() or b"0", 16):
                content += await reader.readexactly(size)
                await reader.readline()
            await reader.readline()
        cookie = re.match(r"portal=([0-9a-f]{64})", fields.get("set-cookie", ""))
        if cookie:
            self.cookie = cookie[1]
        if fields.get("connection") == "close":
            self.close()
        return int(lines[0].split()[1]), fields, content

    def close(self):
        if self.connection:
            self.connection[1].close()
        self.connection = None

    async def page(self, path):
        """A page, and the token that its forms have."""
        status, _, content = await self.send("GET", path)
        token = re.search(rb'name="csrf" value="([^"]*)"', content)
        if token:
            self.token = token[1].decode()
        return status, content

    async def form(self, path, **fields):
        return await self.send("POST", path, urllib.parse.urlencode({"csrf": self.token, **fields}).encode())

    async def sign_in(self):
        await self.page("/sign-in")
        status, _, _ = await self.form("/sign-in", person=f"crowd-{self.number}")
        assert status == 303, f"sign-in answers {status}"
        await self.page("/vault")

    async def unlock(self):
        status, _, _ = await self.form("/vault/unlock", passphrase=PASSPHRASE)
        return status


class Measured:
    """Latencies by kind of page, in seconds."""

    def __init__(self):
        self.times = {}
        self.statuses = {}

    def add(self, kind, seconds, status, wanted):
        self.times.setdefault(kind, []).append(seconds)
        if status not in wanted:
            self.statuses[(kind, status)] = self.statuses.get((kind, status), 0) + 1

    @staticmethod
    def at(times, share):
        ordered = sorted(times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0

    def pages(self):
        return [seconds for kind, times in self.times.items() if kind in DECK for seconds in times]


def processor(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def own_processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def all_processors():
    """Busy seconds of all processors of the machine."""
    with open("/proc/stat") as file:
        numbers = [int(number) for number in file.readline().split()[1:9]]
    return (sum(numbers) - numbers[3] - numbers[4]) / TICKS


def memory(pid, name):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(name + ":"))


def multipart(browser, sheet):
    """An upload of one page that nobody has sent before."""
    boundary = "XyZ%016x" % random.getrandbits(64)
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{browser.token}\r\n']
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="type"\r\n\r\nother\r\n')
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{boundary}.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\n{boundary} {sheet}\r\n--{boundary}--\r\n"
    )
    return "".join(parts).encode(), f"multipart/form-data; boundary={boundary}"


async def visitor(browser, measured, until):
    """One of the fifty."""
    sheet = "một trang giấy thử nghiệm " * 120
    _, content = await browser.page("/vault")
    large = re.search(rb'href="(/vault/documents/[0-9a-f]+)"><bdi>large.txt', content)[1].decode() + "/content"
    while True:
        deck = DECK[:]
        random.shuffle(deck)
        for kind in deck:
            begun = time.monotonic()
            if begun >= until():
                return
            if kind == "list":
                status, content = await browser.page("/vault")
                wanted = (200,)
            elif kind == "plan":
                status, content = await browser.page(PLAN)
                assert status != 200 or b"1.004222" in content
                wanted = (200,)
            elif kind == "download":
                status, _, content = await browser.send("GET", large)
                assert status != 200 or len(content) == 200 << 10, len(content)
                wanted = (200,)
            else:
                status, _, _ = await browser.send("POST", "/vault/documents", *multipart(browser, sheet))
                wanted = (303,)
            measured.add(kind, time.monotonic() - begun, status, wanted)


async def unlocker(browsers, measured, until):
    """One Argon2id a second, whatever else there is to do."""

    async def once(browser):
        begun = time.monotonic()
        status = await browser.unlock()
        measured.add("unlock", time.monotonic() - begun, status, (303,))
        if status == 303:
            await browser.page("/vault")
            await browser.form("/vault/lock")
        await browser.page("/vault")

    running = []
    place = 0
    begun = time.monotonic()
    while time.monotonic() < until():
        running.append(asyncio.create_task(once(browsers[place % len(browsers)])))
        place += 1
        await asyncio.sleep(max(0.0, begun + place - time.monotonic()))
    await asyncio.gather(*running)


async def flood(browsers, measured, until):
    """A hundred passphrases at once, again and again; whoever got in is locked out again, untimed."""
    rounds = []
    while time.monotonic() < until():

        async def once(browser):
            begun = time.monotonic()
            status = await browser.unlock()
            measured.add("flood", time.monotonic() - begun, status, (303, 429))
            return status

        statuses = await asyncio.gather(*(once(browser) for browser in browsers))
        rounds.append({status: statuses.count(status) for status in sorted(set(statuses))})
        for browser, status in zip(browsers, statuses):
            if status == 303:
                await browser.page("/vault")
                await browser.form("/vault/lock")
                await browser.page("/vault")
        await asyncio.sleep(5)
    return rounds


class Phase:
    """What a stretch of time took of the processors."""

    def __init__(self):
        self.begun = (time.monotonic(), processor(PID), own_processor(), all_processors())

    def end(self):
        now = (time.monotonic(), processor(PID), own_processor(), all_processors())
        wall, portal, generator, machine = (after - before for before, after in zip(self.begun, now))
        return {
            "seconds": wall,
            "portal": portal / wall,
            "generator": generator / wall,
            "others": max(0.0, machine - portal - generator) / wall,
        }


def report(name, measured, took, goal):
    pages = measured.pages()
    print(f"\n{name}: {len(pages) / took['seconds']:.0f} pages a second for {took['seconds']:.0f} s")
    print(f"  {'page':<10}{'number':>8}{'median':>9}{'p95':>9}{'p99':>9}{'most':>9}   milliseconds")
    for kind in ["list", "plan", "download", "upload", "unlock", "flood"]:
        if times := measured.times.get(kind):
            row = [Measured.at(times, share) * 1000 for share in (0.5, 0.95, 0.99, 1)]
            print(f"  {kind:<10}{len(times):>8}" + "".join(f"{value:>9.1f}" for value in row))
    p99 = Measured.at(pages, 0.99)
    print(f"  all pages, p99: {p99 * 1000:.0f} ms, goal {goal * 1000:.0f} ms: {'holds' if p99 < goal else 'MISSED'}")
    print(
        f"  processors: portal {took['portal']:.2f}, load generator {took['generator']:.2f},"
        f" everything else on this machine {took['others']:.2f}, of {os.cpu_count()}"
    )
    for (kind, status), count in sorted(measured.statuses.items()):
        print(f"  unexpected: {kind} answered {status}, {count} times")
    return p99


async def main():
    users = [Browser(number) for number in range(USERS)]
    crowd = [Browser(USERS + number) for number in range(CROWD)]
    spare = crowd[:UNLOCKERS]
    begun = time.monotonic()
    for browser in users:
        await browser.sign_in()
        while (status := await browser.unlock()) == 429:
            await asyncio.sleep(1)
        assert status == 303, f"unlock answers {status}"
    for browser in crowd:
        await browser.sign_in()
    print(f"{VAULTS} vaults, {USERS} of them open; {CROWD} more people signed in, after {time.monotonic() - begun:.0f} s")
    print(f"memory of the portal before the load: {memory(PID, 'VmRSS'):.0f} MiB, at most {memory(PID, 'VmHWM'):.0f} MiB")

    calm = Measured()
    end = time.monotonic() + SECONDS
    phase = Phase()
    await asyncio.gather(unlocker(spare, calm, lambda: end), *(visitor(user, calm, lambda: end) for user in users))
    first = phase.end()
    p99 = report("50 people without a pause, one Argon2id a second", calm, first, 0.25)

    stormy = Measured()
    end = time.monotonic() + FLOOD
    phase = Phase()
    rounds, *_ = await asyncio.gather(
        flood(crowd, stormy, lambda: end), *(visitor(user, stormy, lambda: end) for user in users)
    )
    second = phase.end()
    flooded = report("the same, and floods of 100 passphrases at once", stormy, second, 1.0)
    refused = sum(found.get(429, 0) for found in rounds)
    opened = sum(found.get(303, 0) for found in rounds)
    peak = memory(PID, "VmHWM")
    print(f"  {len(rounds)} floods: {opened} opened, {refused} answered 429, {len(rounds) * CROWD - opened - refused} otherwise")
    print(f"  memory of the portal at most: {peak:.0f} MiB, goal 512 MiB: {'holds' if peak < 512 else 'MISSED'}")

    unexpected = calm.statuses or stormy.statuses
    holds = p99 < 0.25 and flooded < 1 and peak < 512 and refused > 0 and opened > 0 and not unexpected
    with open(os.environ.get("PORTAL_LOAD_RESULTS", os.devnull), "w") as file:
        json.dump(
            {
                "vaults": VAULTS,
                "pages": {kind: {str(s): Measured.at(times, s) for s in (0.5, 0.95, 0.99)} for kind, times in calm.times.items()},
                "p99": p99,
                "p99DuringFloods": flooded,
                "peakMiB": peak,
                "processors": [first, second],
                "floods": [{str(status): count for status, count in found.items()} for found in rounds],
                "holds": holds,
            },
            file,
            indent=1,
        )
    return 0 if holds else 1


sys.exit(asyncio.run(main()))
