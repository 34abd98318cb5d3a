using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Cosmi.Interop
{
    /// <summary>Turns a started operation into a Task.</summary>
    internal static class NativeOperation
    {
        // Rooted for ever: the library may call it as long as an operation runs.
        private static readonly cosmi_completion_fn Completion = Complete;

        /// <summary>Calls one of the start functions.</summary>
        internal delegate int Starter(ClientHandle client, uint timeoutMs, cosmi_completion_fn callback, IntPtr userData, out OperationHandle operation);

        /// <summary>Copies the result out of an operation that succeeded.</summary>
        internal delegate T Reader<T>(OperationHandle operation);

        /// <summary>Starts an operation before it returns; the Task ends with the operation.</summary>
        /// <exception cref="OperationCanceledException">The operation was cancelled through the token, or was only to check.</exception>
        /// <exception cref="CosmiException">The operation failed.</exception>
        internal static async Task<T> RunAsync<T>(
            NativeMethods native,
            ClientHandle client,
            string what,
            Starter start,
            Reader<T> read,
            CosmiCallOptions? options,
            CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var completion = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            using NativeLog.Listener? listener = NativeLog.Listen(native, options);
            using OperationHandle operation = StartOperation(native, client, what, start, listener, NativeTimeout.ToMilliseconds(options?.Timeout), completion);
            int status;
            using (cancellationToken.Register(() => native.cosmi_operation_cancel(operation)))
            {
                status = await completion.Task.ConfigureAwait(false);
            }

            if (status == (int)CosmiStatus.Ok)
            {
                return read(operation);
            }

            CosmiException failure = CosmiErrors.FromError(native, native.cosmi_operation_error(operation), status, what);
            if (failure.Status == CosmiStatus.Cancelled)
            {
                // Nobody else can have cancelled it; or it was only to check, and nothing is wrong.
                throw new OperationCanceledException(failure.Message, failure, cancellationToken);
            }

            throw failure;
        }

        private static OperationHandle StartOperation(
            NativeMethods native,
            ClientHandle client,
            string what,
            Starter start,
            NativeLog.Listener? listener,
            uint timeoutMs,
            TaskCompletionSource<int> completion)
        {
            // Freed by the callback, which runs exactly once if and only if the operation was started.
            GCHandle userData = GCHandle.Alloc(completion);
            bool started = false;
            try
            {
                int Start(out OperationHandle handle) => start(client, timeoutMs, Completion, GCHandle.ToIntPtr(userData), out handle);
                int status = listener is null ? Start(out OperationHandle operation) : listener.StartOperation(Start, out operation);
                started = status == (int)CosmiStatus.Ok;
                CosmiErrors.ThrowUnlessOk(native, status, what);
                return operation;
            }
            finally
            {
                if (!started)
                {
                    userData.Free();
                }
            }
        }

        // Called by the library, on its threads. The continuation runs elsewhere, so nobody's code runs (or throws) here.
        private static void Complete(IntPtr userData, int status)
        {
            GCHandle handle = GCHandle.FromIntPtr(userData);
            var completion = (TaskCompletionSource<int>)handle.Target!;
            handle.Free();
            completion.SetResult(status);
        }
    }
}
