using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Management.Automation;
using System.Threading;
using System.Threading.Tasks;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// The pump: the one place of the module that waits. Operations run elsewhere; their ends, their log records
    /// and Ctrl+C arrive on one queue, which the pipeline thread empties.
    /// </summary>
    public abstract class CosmiCmdlet : PSCmdlet, IDisposable
    {
        private const int MaxConcurrent = 16;
        private const int ProgressId = 20181;
        private static readonly TimeSpan QuietTime = TimeSpan.FromSeconds(2);
        private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(1);

        // .NET loads an assembly once: a session goes on with the code it began with, whatever is imported, or copied over its files, later.
        private protected static readonly string CodeVersion = typeof(CosmiCmdlet).Assembly.GetName().Version.ToString(3);
        private static int differenceTold;

        private readonly CancellationTokenSource _stop = new CancellationTokenSource();
        // Never disposed: a log record or an end may still arrive from a library thread when the command is over.
        private readonly BlockingCollection<CosmiLogRecord?> _queue = new BlockingCollection<CosmiLogRecord?>();
        private readonly Queue<Work> _pending = new Queue<Work>();
        private readonly Stopwatch _waited = new Stopwatch();
        private CosmiLogLevel? _logLevel;
        private volatile string? _state;
        private int _running;
        private ProgressRecord? _progress;
        private int _started;
        private volatile bool _stopping;

        /// <summary>An operation on its way, and what to do on the pipeline thread when it has ended.</summary>
        private sealed class Work
        {
            internal Work(Task task, object? target, Action write)
            {
                Task = task;
                Target = target;
                Write = write;
            }

            internal Task Task { get; }

            internal object? Target { get; }

            internal Action Write { get; }
        }

        /// <summary>How long an operation may take; null leaves it to the client.</summary>
        private protected virtual TimeSpan? Timeout => null;

        /// <summary>Whether this changes something in Azure: work that was accepted there goes on when the command is stopped.</summary>
        private protected virtual bool Changes => false;

        /// <summary>What to know when waiting for a change has ended before its time.</summary>
        private protected virtual string GoesOn => "What Azure has accepted goes on there; run the same command again to wait for it.";

        /// <summary>Says, from any thread, what is waited for: the progress shows it.</summary>
        private protected void Tell(string state) => _state = state;

        /// <summary>
        /// Asks whether to go on, and with -WhatIf tells what would be sent. What <paramref name="start"/> would be refused for before it sends anything is an
        /// error of this input instead, written in its turn: there is nothing to ask or to tell then.
        /// </summary>
        private protected bool ShouldSend<T>(object? target, string what, string request, Func<CosmiCallOptions, CancellationToken, Task<T>> start)
        {
            Task<T> check = Start(start, checkOnly: true);
            while (!check.IsCompleted)
            {
                Wait(target);
            }

            if (check.IsFaulted)
            {
                Enqueue(check, target, nothing => { });
                return false;
            }

            return ShouldSend(what, request);
        }

        /// <summary>The same where nothing is known yet that could be refused.</summary>
        private protected bool ShouldSend(string what, string request)
        {
            string text = $"{what}: {request}";
            return ShouldProcess(text, text, null);
        }

        /// <summary>
        /// Starts an operation for one input and returns at once, unless too many are on their way. Results are
        /// written in the order of the inputs; a failure is an error of this input only, unless no other could work.
        /// </summary>
        private protected void Enqueue<T>(object? target, Func<CosmiCallOptions, CancellationToken, Task<T>> start, Action<T> write)
        {
            Enqueue(Start(start), target, write);
        }

        /// <summary>Runs one operation to its end; its failure is thrown as it came.</summary>
        private protected T Await<T>(object? target, Func<CosmiCallOptions, CancellationToken, Task<T>> start)
        {
            Task<T> task = Start(start);
            while (!task.IsCompleted)
            {
                Wait(target);
            }

            Report();
            return task.GetAwaiter().GetResult();
        }

        /// <summary>Runs one operation to its end; without its result the command has nothing to do.</summary>
        private protected T Require<T>(object? target, Func<CosmiCallOptions, CancellationToken, Task<T>> start)
        {
            try
            {
                return Await(target, start);
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                CompleteProgress();
                ThrowTerminatingError(Errors.Record(exception, target));
                throw;
            }
        }

        /// <summary>Ends the command: nothing that it is given could work.</summary>
        private protected void Refuse(string message, string action, object? target = null) =>
            ThrowTerminatingError(Errors.Record(new RefusalException(message, action), target));

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            PSModuleInfo? module = MyInvocation.MyCommand.Module;
            if (module != null && VersionOf(module) != CodeVersion && Interlocked.Exchange(ref differenceTold, 1) == 0)
            {
                WriteWarning(
                    $"Cosmi {VersionOf(module)} was imported from '{module.ModuleBase}', but this session runs the code of {CodeVersion}, from"
                    + $" '{typeof(CosmiCmdlet).Assembly.Location}'. Start a new session; if the warning comes there too, reinstall the module.");
            }
        }

        /// <inheritdoc/>
        protected override void EndProcessing()
        {
            Drain(0);
            CompleteProgress();
        }

        /// <inheritdoc/>
        protected override void StopProcessing()
        {
            // The pipeline thread first: it need not wait until every operation has heard of it.
            _stopping = true;
            _queue.Add(null);
            bool unfinished = Changes && Volatile.Read(ref _running) > 0;
            _stop.Cancel();
            if (unfinished)
            {
                // The streams of a pipeline that stops are closed; the host is not.
                Host?.UI?.WriteWarningLine($"{MyInvocation.MyCommand.Name} waits no longer. {GoesOn}");
            }
        }

        /// <summary>Cancels what still runs: after an error, or when the pipeline needs no more.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <inheritdoc cref="Dispose()"/>
        protected virtual void Dispose(bool disposing)
        {
            // The source itself is left to the collector: StopProcessing may be running on another thread.
            if (disposing)
            {
                _stop.Cancel();
            }
        }

        private static string VersionOf(PSModuleInfo module) => $"{module.Version.Major}.{module.Version.Minor}.{Math.Max(0, module.Version.Build)}";

        private void Enqueue<T>(Task<T> task, object? target, Action<T> write)
        {
            _started++;
            _pending.Enqueue(new Work(task, target, () => Write(task, target, write)));
            Drain(MaxConcurrent - 1);
        }

        private Task<T> Start<T>(Func<CosmiCallOptions, CancellationToken, Task<T>> start, bool checkOnly = false)
        {
            var options = new CosmiCallOptions { Timeout = Timeout, CheckOnly = checkOnly };
            CosmiLogLevel level = LogLevel();
            if (level != CosmiLogLevel.Off)
            {
                options.LogLevel = level;
                options.Log = _queue.Add;
            }

            Task<T> task;
            try
            {
                task = start(options, _stop.Token);
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                // Refused before it began: it still takes its turn.
                task = Task.FromException<T>(exception);
            }

            Interlocked.Increment(ref _running);
            task.ContinueWith(
                ended =>
                {
                    _ = ended.Exception;
                    Interlocked.Decrement(ref _running);
                    _queue.Add(null);
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            return task;
        }

        private void Write<T>(Task<T> task, object? target, Action<T> write)
        {
            T result;
            try
            {
                result = task.GetAwaiter().GetResult();
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                ErrorRecord record = Errors.Record(exception, target, Changes ? GoesOn : null);
                if (Errors.ConcernsEveryInput(exception))
                {
                    CompleteProgress();
                    ThrowTerminatingError(record);
                }

                WriteError(record);
                return;
            }

            try
            {
                write(result);
            }
            catch (FormatException exception)
            {
                // The library passes on what the service says of itself; that this module cannot read it concerns this input only.
                WriteError(Errors.Record(exception, target));
            }
        }

        /// <summary>Writes what has ended, oldest first, until no more than <paramref name="remaining"/> are on their way.</summary>
        private void Drain(int remaining)
        {
            while (_pending.Count > 0)
            {
                Work first = _pending.Peek();
                if (first.Task.IsCompleted)
                {
                    Report();
                    _pending.Dequeue();
                    Complete(first);
                }
                else if (_pending.Count > remaining)
                {
                    Wait(first.Target);
                }
                else
                {
                    return;
                }
            }
        }

        private void Complete(Work work)
        {
            bool written = false;
            try
            {
                work.Write();
                written = true;
            }
            finally
            {
                // -ErrorAction Stop, or a pipeline that needs no more, ends the command here; its progress must not stay while the script goes on.
                if (!written && !_stopping)
                {
                    CompleteProgress();
                }
            }
        }

        /// <summary>Waits for the next message: a log record, an end, or the wish to stop.</summary>
        private void Wait(object? target)
        {
            // Only waiting counts, not what happens elsewhere in the pipeline.
            _waited.Start();
            TimeSpan patience = _progress == null ? QuietTime - _waited.Elapsed : ProgressInterval;
            CosmiLogRecord? record = null;
            bool arrived = patience > TimeSpan.Zero && _queue.TryTake(out record, patience);
            _waited.Stop();
            if (_stopping)
            {
                throw new PipelineStoppedException();
            }

            if (arrived && record != null)
            {
                Report(record);
            }
            else if (!arrived || _progress != null)
            {
                ShowProgress(target);
            }
        }

        private void Report()
        {
            while (_queue.TryTake(out CosmiLogRecord? record))
            {
                if (record != null)
                {
                    Report(record);
                }
            }
        }

        private void Report(CosmiLogRecord record)
        {
            if (record.Level == CosmiLogLevel.Info)
            {
                _state = record.Message;
            }

            if (record.Level == CosmiLogLevel.Debug)
            {
                WriteDebug(record.Message);
            }
            else
            {
                WriteVerbose(record.Message);
            }
        }

        private void ShowProgress(object? target)
        {
            string status = $"{_waited.Elapsed.TotalSeconds:0} s";
            if (target != null)
            {
                status = $"Waiting for {target}, {status}";
            }

            // A new record each time: hosts and streams keep those they were given.
            _progress = new ProgressRecord(ProgressId, MyInvocation.MyCommand.Name, status)
            {
                CurrentOperation = _started > 1 ? $"{_started - _pending.Count} of {_started} done" : Changes ? _state ?? string.Empty : string.Empty,
            };
            WriteProgress(_progress);
        }

        private void CompleteProgress()
        {
            if (_progress != null)
            {
                WriteProgress(new ProgressRecord(ProgressId, _progress.Activity, _progress.StatusDescription)
                {
                    RecordType = ProgressRecordType.Completed,
                });
                _progress = null;
            }
        }

        /// <summary>What the streams and the progress would show is what the library is asked for: formatting unread records costs time.</summary>
        private CosmiLogLevel LogLevel()
        {
            if (_logLevel == null)
            {
                _logLevel = IsShown("Debug", "DebugPreference") ? CosmiLogLevel.Debug
                    : Changes || IsShown("Verbose", "VerbosePreference") ? CosmiLogLevel.Info
                    : CosmiLogLevel.Off;
            }

            return _logLevel.Value;
        }

        private bool IsShown(string parameter, string preference)
        {
            if (MyInvocation.BoundParameters.TryGetValue(parameter, out object? given))
            {
                return given is SwitchParameter shown && shown.IsPresent;
            }

            return LanguagePrimitives.TryConvertTo(GetVariableValue(preference), out ActionPreference value)
                && value != ActionPreference.SilentlyContinue
                && value != ActionPreference.Ignore;
        }
    }
}
