"""All pages."""

from fastapi import APIRouter

from app.web import (
    account,
    boards,
    closing,
    dictionary,
    entry,
    export_facts,
    exports,
    health,
    home,
    imports,
    log,
    login,
    master,
    people,
    pick,
    plan,
    recounts,
    security,
    setup,
    signin,
    targets,
    tokens,
)

router = APIRouter()
for _part in (
    *(boards, targets, health, login, home, entry, plan, imports, exports, export_facts),
    *(log, recounts, closing, dictionary, master, pick),
    *(setup, signin, account, people, tokens, security),
):
    router.include_router(_part.router)
router.include_router(home.writes)
