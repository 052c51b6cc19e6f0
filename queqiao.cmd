@rem As the file queqiao, for Windows.
@setlocal
@set "PATH=%~dp0node_modules\.bin;%PATH%"
@node "%~dp0tools\queqiao.cjs" %*
