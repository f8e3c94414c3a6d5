"""A shop as a web service. Nothing in it knows of probes.

    gunicorn --workers 2 --bind 127.0.0.1:8000 app:app
"""

from dataclasses import dataclass, field

from flask import Flask, abort, jsonify, request

PRICES = {"tea": 4.5, "cup": 7.5, "pot": 29.0, "lamp": 120.0, "rug": 480.0}
TAX = {"CH": 0.081, "DE": 0.19, "FR": 0.2}


@dataclass
class User:
    name: str
    country: str
    password: str


@dataclass
class Cart:
    user: User
    items: list[str] = field(default_factory=list)

    def total(self):
        return sum(PRICES[item] for item in self.items)

    def pay(self):
        """What the user pays, with discount and tax."""
        total = self.total()
        reduced = total - discount(total, len(self.items))
        return round(reduced * (1 + TAX[self.user.country]), 2)


def discount(total, count):
    """More than ten things are cheaper; somebody got the percentage wrong."""
    percent = count if count > 10 else 0
    if total > 1000:
        percent *= 10
    return total * percent / 100


app = Flask(__name__)


@app.post("/pay")
def pay():
    order = request.get_json()
    if any(item not in PRICES for item in order["items"]):
        abort(404)
    user = User(order["user"], order["country"], order["password"])
    return jsonify(total=Cart(user, order["items"]).pay())
