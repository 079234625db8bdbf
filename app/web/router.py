"""All pages."""

from itertools import chain

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

_ROUTERS = (
    *(
        part.router
        for part in (
            *(boards, targets, health, login, home, entry, plan, imports, exports, export_facts),
            *(log, recounts, closing, dictionary, master, pick),
            *(explain, notes, views),
            *(setup, signin, account, people, tokens, security),
        )
    ),
    *(imports.scripted, home.writes, notes.kept, views.kept),
)

# Listed, not included in a router: that would build each of them again, and again for its first request.
routes = list(chain.from_iterable(router.routes for router in _ROUTERS))
