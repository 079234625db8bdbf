"""All pages."""

from fastapi import APIRouter

from app.web import boards, closing, dictionary, entry, home, imports, log, login, master, plan, recounts

router = APIRouter()
for _part in (login, home, boards, entry, imports, plan, log, recounts, closing, dictionary, master):
    router.include_router(_part.router)
