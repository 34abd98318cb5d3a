using System;
using System.Runtime.InteropServices;

namespace Cosmi.Interop
{
    /// <summary>A cosmi_options.</summary>
    internal sealed class OptionsHandle : NativeHandle
    {
        protected override void Free(NativeMethods native, IntPtr pointer) => native.cosmi_options_free(pointer);
    }

    /// <summary>A cosmi_client. Freeing it leaves its running operations alone.</summary>
    internal sealed class ClientHandle : NativeHandle
    {
        protected override void Free(NativeMethods native, IntPtr pointer) => native.cosmi_client_free(pointer);
    }

    /// <summary>A cosmi_account_ref.</summary>
    internal sealed class AccountReferenceHandle : NativeHandle
    {
        protected override void Free(NativeMethods native, IntPtr pointer) => native.cosmi_account_ref_free(pointer);
    }

    /// <summary>A cosmi_operation.</summary>
    internal sealed class OperationHandle : NativeHandle
    {
        protected override void Free(NativeMethods native, IntPtr pointer) => native.cosmi_operation_free(pointer);

        protected override void Dispose(bool disposing)
        {
            // The release waits until running calls return, so a thread in cosmi_operation_wait would hold it up for as long as the operation lasts.
            if (disposing && !IsInvalid && !IsClosed)
            {
                try
                {
                    NativeMethods.Current.cosmi_operation_cancel(this);
                }
                catch (ObjectDisposedException)
                {
                    // Another thread disposed it first.
                }
            }

            base.Dispose(disposing);
        }
    }

    /// <summary>A pointer this side has to free, once, when no call uses it any more.</summary>
    internal abstract class NativeHandle : SafeHandle
    {
        protected NativeHandle()
            : base(IntPtr.Zero, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == IntPtr.Zero;

        protected abstract void Free(NativeMethods native, IntPtr pointer);

        protected override bool ReleaseHandle()
        {
            Free(NativeMethods.Current, handle);
            return true;
        }
    }
}
