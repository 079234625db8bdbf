"""All pages."""

from fastapi import APIRouter

from app.web import (
    boards,
    closing,
    dictionary,
    entry,
    export_facts,
    exports,
    home,
    imports,
    log,
    login,
    master,
    plan,
    recounts,
)

router = APIRouter()
for _part in (
    *(login, home, boards, entry, plan, imports, exports, export_facts),
    *(log, recounts, closing, dictionary, master),
):
    router.include_router(_part.router)
