"""All pages."""

from fastapi import APIRouter

from app.web import (
    account,
    boards,
    closing,
    dictionary,
    entry,
    explain,
    export_facts,
    exports,
    health,
    home,
    imports,
    log,
    login,
    master,
    notes,
    people,
    pick,
    plan,
    recounts,
    security,
    setup,
    signin,
    targets,
    tokens,
    views,
)

router = APIRouter()
for _part in (
    *(boards, targets, health, login, home, entry, plan, imports, exports, export_facts),
    *(log, recounts, closing, dictionary, master, pick),
    *(explain, notes, views),
    *(setup, signin, account, people, tokens, security),
):
    router.include_router(_part.router)
router.include_router(home.writes)
for _kept in (notes.kept, views.kept):
    router.include_router(_kept)
