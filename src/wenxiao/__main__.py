from wenxiao.cli import main

raise SystemExit(main())
