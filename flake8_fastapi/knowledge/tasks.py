"""What runs code beside the function that asks for it: tasks, threads, executors, queues."""

from __future__ import annotations

from flake8_fastapi.knowledge import framework

LOOP_TASKS = framework.TASK_MAKERS | {"asyncio.run_coroutine_threadsafe"}
"""Functions that run a coroutine beside their caller, who may await the result."""

SUBMITTERS = {
    "concurrent.futures.Executor.submit": 0,
    "concurrent.futures.ThreadPoolExecutor.submit": 0,
    "concurrent.futures.ProcessPoolExecutor.submit": 0,
    "asyncio.AbstractEventLoop.run_in_executor": 1,
}
"""Methods that run a function in another thread or process -> its place among the arguments."""

THREADS = frozenset({"threading.Thread", "threading.Timer"})

QUEUEING = frozenset({"delay", "apply_async", "kiq"})
"""Methods of the tasks of Celery and taskiq that send a call to a worker."""

GATHERERS = frozenset({"asyncio.gather", "asyncio.wait", "asyncio.as_completed"})
"""Functions that run the awaitables they are given at the same time."""

PASSED_THROUGH = LOOP_TASKS | {"asyncio.wait_for", "asyncio.shield"}
"""Functions that run the coroutine they are given as one of several, where they are among those."""

GROUP_STARTERS = frozenset({"asyncio.TaskGroup.create_task", "asyncio.taskgroups.TaskGroup.create_task"})
"""Methods of a task group that start a coroutine; the group waits for all of them."""

FUNCTION_STARTERS = frozenset({"start_soon", "start"})
"""Methods of a task group of anyio or trio that start a coroutine function with arguments."""

FUNCTION_GROUPS = frozenset({"anyio.create_task_group", "trio.open_nursery"})
"""What makes such a group."""
