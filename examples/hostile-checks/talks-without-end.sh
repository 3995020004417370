#!/bin/bash
# Takes the agent's place and says one word that never ends.
source ./agent.sh
end_agent
tr '\0' x </dev/zero >"$(port assay.control)"
sleep 300
