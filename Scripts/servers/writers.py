# SPDX-License-Identifier: Apache-2.0
# Part of DossierKit.
"""The application processes of the kill tests and of the bad networks (Benchmarks/Sources/StoreWriter)."""
import subprocess
import threading
import time


class Writer:
    """An application process; what it says is acknowledged is kept with the time."""

    def __init__(self, program, url, lines):
        self.program, self.url, self.lines = program, url, lines
        self.last, self.pause, self.count = time.monotonic(), 0.0, 0
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.program, "write", self.url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        # Into the vaults that there are: all processes write into the same ones.
        self.process.stdin.write("".join(line for line in list(self.lines) if line.startswith("vault ")))
        self.process.stdin.close()
        self.last = time.monotonic()
        self.thread = threading.Thread(target=self.listen, args=(self.process,), daemon=True)
        self.thread.start()

    def listen(self, process):
        for line in process.stdout:
            if not line.endswith("\n"):
                break
            now = time.monotonic()
            self.lines.append(line)
            if line.startswith("document"):
                self.pause = max(self.pause, now - self.last)
                self.last, self.count = now, self.count + 1

    def kill(self):
        self.process.kill()
        self.process.wait()
        # What it said before its end counts.
        self.thread.join()


def wait_until(what, is_true, seconds=180):
    for _ in range(seconds * 10):
        if is_true():
            return
        time.sleep(0.1)
    raise RuntimeError(what)


def check(program, url, lines):
    """Whether everything acknowledged is there, once; prints figures."""
    lines = list(lines)
    wrong = [line for line in lines if line.startswith("wrong")]
    if wrong:
        raise RuntimeError("read and not what was stored: " + wrong[0])
    done = subprocess.run([program, "check", url], input="".join(lines), text=True, stdout=subprocess.PIPE, check=False)
    print("check: " + done.stdout.strip(), flush=True)
    if done.returncode != 0:
        raise RuntimeError("what was acknowledged is not there")
    again = [int(line.split()[1]) for line in lines if line.startswith("again ")]
    print(f"{len(again)} calls ended with a typed error and were made again; the longest of them took "
          f"{max(again, default=0)} s", flush=True)
