@rem What `exec` in the scripts of package.json is to the shell of Windows, which has none.
@%*
