#!/bin/bash
# Ends whoever speaks for this machine, and lives on.
source ./agent.sh
end_agent
sleep 300
