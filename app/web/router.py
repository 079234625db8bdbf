"""All pages."""

from fastapi import APIRouter

from app.web import boards, dictionary, entry, login, master, plan

router = APIRouter()
for _part in (login, boards, entry, plan, dictionary, master):
    router.include_router(_part.router)
