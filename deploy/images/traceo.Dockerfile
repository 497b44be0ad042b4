# The project with its locked dependencies: whoever submits a job, the pool of Python workers, and traceo watch.
#   docker build -f deploy/images/traceo.Dockerfile -t traceo-dataflow:dev .
FROM python:3.11-slim-bookworm

WORKDIR /opt/traceo
COPY requirements.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation --editable . \
    && printf '#!/bin/sh\nexec python -m runners.stack.boot "$@"\n' > /usr/local/bin/traceo-worker \
    && chmod 0755 /usr/local/bin/traceo-worker \
    && useradd --uid 9998 --create-home --home-dir /home/traceo traceo \
    # what volumes are mounted on takes its owner from here
    && install -d -o traceo -g traceo /home/traceo/.traceo /home/traceo/targets

USER 9998
WORKDIR /home/traceo
ENV PYTHONPATH=/opt/traceo PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["traceo"]
CMD ["--help"]
