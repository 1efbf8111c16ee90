from dashboards.cli.main import run

run()
