from dashboards.cli.main import main

main()
