"""Packaging: also what ``--setup_file`` stages to the workers of a cluster."""

from setuptools import find_packages, setup

PACKAGES = (
    "actions",
    "anomaly",
    "columns",
    "connectors",
    "logs",
    "pipelines",
    "report",
    "runners",
    "schemas",
    "security",
    "telemetry",
    "traces",
    "transforms",
)

setup(
    name="traceo-dataflow",
    version="0.1.0",
    description="Apache Beam pipelines that turn telemetry as it changes into telemetry that can be trusted",
    license="Apache-2.0",
    python_requires=">=3.11,<3.13",
    packages=find_packages(include=[f"{name}{part}" for name in PACKAGES for part in ("", ".*")]),
    package_data={
        "schemas": ["*.json"],
        "report": ["static/*"],
        "runners.stack": ["*.toml", "*.sql", "*.c", "java/*", "go/*.txt", "go/*/*"],
    },
    entry_points={"console_scripts": ["traceo=pipelines.cli:main"]},
    install_requires=[
        "apache-beam>=2.76,<2.78",
        "cachebox>=5,<7",
        "confluent-kafka>=2.6,<3",
        "cryptography>=43",
        "fastavro>=1.9,<2",
        "google-cloud-kms>=3,<4",
        "google-re2>=1.1",
        "jsonschema>=4.23,<5",
        "jsonschema-rs>=0.29,<1",
        "msgspec>=0.19,<1",
        "numpy>=2,<3",
        "opentelemetry-exporter-otlp-proto-http>=1.30,<2",
        "opentelemetry-proto>=1.30,<2",
        "opentelemetry-sdk>=1.30,<2",
        "phonenumbers>=8.13,<10",
        "prometheus-client>=0.21,<1",
        "psycopg[binary]>=3.2,<4",
        "pyarrow>=18",
        "python-stdnum>=1.20,<3",
        "redis>=5,<9",
        "rich>=13,<16",
        "scikit-learn>=1.5,<2",
    ],
    extras_require={
        "dev": [
            "apache-beam[yaml]>=2.76,<2.78",
            "faker>=30,<41",
            "hypothesis>=6.100",
            "mypy>=1.13",
            "pre-commit>=4",
            "pytest>=8",
            "pytest-cov>=6",
            "pytest-xdist>=3.6",
            "ruff>=0.9",
            "setuptools>=65,<81",
            "uv>=0.5",
            "wheel",
        ]
    },
)
