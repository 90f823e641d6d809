@rem Lets the scripts in package.json begin with `exec`: Unix shells have it built in, and Windows finds this file, which runs the rest of the line.
@%*
