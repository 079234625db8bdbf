"""The boards, registered once: page, JSON and menu entry come from here."""

from app.boards.growth import GROWTH
from app.boards.sales import SALES

BOARDS = {board.key: board for board in (GROWTH, SALES)}
