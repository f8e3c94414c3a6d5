"""Customers of the shop: `python load.py [SECONDS] [URL]`. Prints how many requests came to what."""

import collections
import itertools
import json
import sys
import time
import urllib.error
import urllib.request

NAMES = ["ada", "bob", "eve", "joe"]
COUNTRIES = ["CH", "DE", "FR", "IT"]
THINGS = ["tea", "cup", "pot", "lamp", "rug", "hat"]


def order(number):
    """An order that depends on nothing but its number."""
    count = number % 13 + 1
    return {
        "user": NAMES[number % 4],
        "country": COUNTRIES[number % 3 if number % 50 else 3],
        "password": f"secret-{number}",
        "items": [THINGS[(number + at) % (6 if number % 40 == 7 else 5)] for at in range(count)],
    }


def pay(url, number):
    body = json.dumps(order(number)).encode()
    request = urllib.request.Request(url + "/pay", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    url = sys.argv[2] if len(sys.argv) > 2 else "http://127.0.0.1:8000"
    end = time.monotonic() + seconds
    came_to = collections.Counter()
    for number in itertools.count():
        if time.monotonic() >= end:
            break
        came_to[pay(url, number)] += 1
    print(*(f"{status}: {count}" for status, count in sorted(came_to.items())))


if __name__ == "__main__":
    main()
