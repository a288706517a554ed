#!/usr/bin/env python3
"""Runs a program on a pseudo terminal, types, and sees what a person would see there.

  terminal.py STEP… -- COMMAND…

Steps, in order: type:TEXT (with \\e for Escape, \\r, \\t and \\x03 as in Python), see:TEXT (waits until
the screen shows it), gone:TEXT (waits until it does not), size:COLUMNSxROWS, signal:NUMBER, end
(waits until the program has ended). Before and after, the settings of the terminal are compared.
Prints the screen at the end, what was printed after it was left, and "code N". Fails when something
is not seen within 20 seconds, or the terminal is not as it was.
"""
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
import unicodedata

DEADLINE = 20


class Screen:
    """As much of a terminal as the program uses: placing, clearing, and its second page."""

    def __init__(self, columns, rows):
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.pending = ""
        self.printed = ""  # on the first page
        self.modes = set()
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def feed(self, data):
        self.pending += self.decoder.decode(data)
        while self.pending and self.step():
            pass

    def step(self):
        if self.pending[0] != "\x1b":
            self.put(self.pending[0])
            self.pending = self.pending[1:]
            return True
        end = 2
        while end < len(self.pending) and not "@" <= self.pending[end] <= "~":
            end += 1
        if end >= len(self.pending):
            return False
        self.control(self.pending[2:end], self.pending[end])
        self.pending = self.pending[end + 1:]
        return True

    def control(self, parameters, letter):
        if letter == "H":
            row, column = (parameters or "1;1").split(";")
            self.row, self.column = int(row) - 1, int(column) - 1
        elif letter == "K" and parameters == "2":
            self.cells[self.row] = [" "] * self.columns
        elif letter == "J":
            for row in range(0 if parameters == "2" else self.row, self.rows):
                self.cells[row] = [" "] * self.columns
        elif letter in "hl" and parameters.startswith("?"):
            (self.modes.add if letter == "h" else self.modes.discard)(parameters)

    def put(self, character):
        if "?1049" not in self.modes:
            self.printed += character
            return
        width = 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width == 0:
            self.cells[self.row][max(self.column - 1, 0)] += character
            return
        if self.row >= self.rows or self.column + width > self.columns:
            sys.exit(f"{character!r} is drawn outside, at row {self.row} and column {self.column}")
        self.cells[self.row][self.column] = character
        if width == 2:
            self.cells[self.row][self.column + 1] = ""
        self.column += width


class Program:
    def __init__(self, command):
        self.screen = Screen(80, 24)
        self.master, self.slave = pty.openpty()
        self.set_size()
        self.before = termios.tcgetattr(self.slave)
        self.code = None
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
            for number in range(3):
                os.dup2(self.slave, number)
            os.environ["TERM"] = "xterm"
            os.execvp(command[0], command)

    def set_size(self):
        size = struct.pack("HHHH", self.screen.rows, self.screen.columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)

    def read(self, seconds):
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            self.screen.feed(os.read(self.master, 65536))
        return bool(ready)

    def ended(self):
        if self.code is None:
            child, status = os.waitpid(self.child, os.WNOHANG)
            if child:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def until(self, condition, what):
        end = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > end:
                os.kill(self.child, signal.SIGKILL)
                sys.exit(f"not within {DEADLINE} s: {what}\n{self.screen.text()}\n{self.screen.printed}")
            self.read(0.05)

    def shows(self, text):
        return text in self.screen.text() or text in self.screen.printed

    def do(self, step):
        kind, _, value = step.partition(":")
        if kind == "type":
            os.write(self.master, value.replace("\\e", "\x1b").replace("\\r", "\r").replace("\\t", "\t")
                     .replace("\\x03", "\x03").encode())
        elif kind == "see":
            self.until(lambda: self.shows(value), f"{value!r} to be seen")
        elif kind == "gone":
            self.until(lambda: not self.shows(value), f"{value!r} to be gone")
        elif kind == "size":
            self.screen.resize(*map(int, value.split("x")))
            self.set_size()
        elif kind == "signal":
            os.kill(self.child, int(value))
        elif kind == "end":
            self.until(self.ended, "the end")
        else:
            sys.exit(f"no such step: {step}")

    def finish(self):
        self.until(self.ended, "the end")
        while self.read(0.05):
            pass
        if termios.tcgetattr(self.slave) != self.before:
            sys.exit("the terminal is not as it was")
        if self.screen.modes - {"?25", "?7"}:
            sys.exit(f"modes are left on: {self.screen.modes}")


def main():
    divide = sys.argv.index("--")
    program = Program(sys.argv[divide + 1:])
    for step in sys.argv[1:divide]:
        program.do(step)
    program.finish()
    print(program.screen.text())
    print(program.screen.printed)
    print(f"code {program.code}")


main()
