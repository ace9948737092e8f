"""Frames from a test process to the one that watches it: length, tag of the process, JSON list of strings."""
import json
import os
from _thread import RLock
from json.encoder import encode_basestring_ascii
from struct import pack, unpack

MAX_FRAME = 64 * 1024
HEAD = 4
TAG = 16


class Broken(Exception):
    """Something else than a frame was written."""


def sender(fd, tag):
    """A function that sends one frame of strings. It looks up nothing that could be replaced meanwhile."""
    write, getpid, lock, quote = os.write, os.getpid, RLock(), encode_basestring_ascii
    owner = getpid()

    def send(*parts):
        # A test that forks may return in both processes.
        if getpid() != owner:
            return
        text = ("[" + ",".join([quote(part) for part in parts]) + "]").encode("ascii")
        frame = pack(">I", len(text)) + tag + text
        with lock:
            while frame:
                frame = frame[write(fd, frame):]

    return send


class Reader:
    def __init__(self, tag):
        self._tag = tag
        self._data = b""

    def feed(self, data):
        """Yields the frames that are whole now. Raises Broken."""
        self._data += data
        while len(self._data) >= HEAD + TAG:
            (size,) = unpack(">I", self._data[:HEAD])
            if size > MAX_FRAME or self._data[HEAD:HEAD + TAG] != self._tag:
                raise Broken
            end = HEAD + TAG + size
            if len(self._data) < end:
                return
            text = self._data[HEAD + TAG:end]
            self._data = self._data[end:]
            yield parse(text)

    def is_empty(self):
        return not self._data


def parse(text):
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise Broken from None
    if not isinstance(frame, list) or not frame or not all(isinstance(part, str) for part in frame):
        raise Broken
    return frame
