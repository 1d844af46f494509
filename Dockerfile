# syntax=docker/dockerfile:1
# The base is named by a tag that a digest can replace: --build-arg BASE=python:3.11-slim-bookworm@sha256:…
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
WORKDIR /src
COPY requirements.lock ./
RUN /opt/venv/bin/pip install --require-hashes --no-deps -r requirements.lock
COPY pyproject.toml README.md LICENSE schedules.yaml ./
COPY sagebase_ops ./sagebase_ops
RUN /opt/venv/bin/pip install --no-deps --no-build-isolation . \
 && /opt/venv/bin/python -m compileall -q /opt/venv

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin ops \
 && install -d -o ops -g ops /app /app/var
COPY --from=build /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
USER 10001
ENV PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=1m --timeout=5s --start-period=30s CMD ["sagebase-ops", "health"]
ENTRYPOINT ["sagebase-ops"]
