# Two stages: the first has what an installation needs, the second what a run needs.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /opt/luopan
# The locked dependencies change less often than the code: a layer of their own.
COPY requirements.lock .
RUN /opt/luopan/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY app app
# Editable, because migrations, templates and static files stand beside app/ in both stages.
RUN /opt/luopan/bin/pip install --no-deps --no-build-isolation --editable .
RUN /opt/luopan/bin/python -m compileall -q app

FROM python:3.13-slim
ENV PATH=/opt/luopan/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LUOPAN_ENV=production \
    LUOPAN_DATABASE_URL=sqlite:////data/luopan.db
RUN useradd --system --uid 10001 --no-create-home luopan && install --directory --owner=luopan --mode=0700 /data
WORKDIR /app
COPY --from=build /opt/luopan /opt/luopan
COPY --from=build /app/app app
COPY pyproject.toml alembic.ini ./
COPY migrations migrations
COPY templates templates
COPY static static
USER luopan
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["luopan", "serve", "--host", "0.0.0.0", "--migrate"]
