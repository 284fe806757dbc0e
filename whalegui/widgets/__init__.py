"""Parts that the workspaces are put together from; none of them knows a workspace."""
