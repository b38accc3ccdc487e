# Partner Inbox in a container: web and jobs in one process, data in the volume /data.
#
#   docker build -t partner-inbox .
#   docker run -p 8000:8000 -v partner-inbox:/data -e PARTNER_INBOX_PUBLIC_URL=https://inbox.example.com partner-inbox
#
# compose.yaml runs it with Postgres and a worker of its own.

# --- build: an environment made from the locks, every file checked against its hash -------------
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /build

COPY requirements/install.txt requirements/image.txt requirements/build.txt requirements/
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements/install.txt \
    && /tools/bin/uv pip install --python /tools --require-hashes -r requirements/build.txt \
    && python -m venv --without-pip /venv \
    && /tools/bin/uv pip install --python /venv --require-hashes -r requirements/image.txt

COPY . .
RUN /tools/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --no-index --wheel-dir /dist . \
    && /tools/bin/uv pip install --python /venv --no-deps --offline /dist/*.whl

# --- run: the environment and nothing that built it ---------------------------------------------
FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PARTNER_INBOX_DATA_DIR=/data

# A fixed number, so that the owner of the volume stays the same from image to image.
RUN useradd --system --uid 10001 --user-group --no-create-home partner-inbox \
    && install --directory --owner partner-inbox --group partner-inbox --mode 700 /data
COPY --from=build /venv /venv

USER partner-inbox
WORKDIR /data
VOLUME /data
EXPOSE 8000

# Alive, not ready: a database that is away for a moment must not restart the web process.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]

# Every command migrates the schema before it starts its work; several starting at once is fine.
ENTRYPOINT ["partner-inbox"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
