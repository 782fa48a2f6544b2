# The hub as one image: web, work and the administrator's commands. Nothing is fetched when it runs.
FROM python:3.12-slim-bookworm AS build
WORKDIR /hub
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: --no-binary flask-principal -r requirements.lock
COPY . .
RUN find . -name '*.po' -exec sh -c '/venv/bin/pybabel -q compile -i "$1" -o "${1%.po}.mo"' _ {} ';'

FROM python:3.12-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/ozvena --uid 10001 ozvena
COPY --from=build /venv /venv
COPY --from=build /hub /hub
WORKDIR /hub
USER ozvena
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HUB_DATA_DIR=/var/lib/ozvena
VOLUME /var/lib/ozvena
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://localhost:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--config", "gunicorn.conf.py", "--threads", "8", "--bind", "0.0.0.0:8000", "hub.wsgi:app"]
