"""The long proof: runs that are killed, lied to and cut off, whole commands from outside."""
