@rem For `exec` in the scripts of package.json: a shell of Unix has it built in, that of Windows finds this file and runs what follows.
@%*
