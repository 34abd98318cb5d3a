using System;
using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>A command that works through a client: the one it is given, else the runspace's own.</summary>
    public abstract class CosmiClientCmdlet : CosmiCmdlet
    {
        private Client? _client;

        /// <summary>The client to use, from Connect-CosmiAccount.</summary>
        [Parameter]
        public Client? Client { get; set; }

        /// <summary>How many seconds one operation may take, retries included.</summary>
        [Parameter]
        [ValidateRange(1, 86400)]
        public int TimeoutSec { get; set; }

        private protected override TimeSpan? Timeout => TimeoutSec > 0 ? TimeSpan.FromSeconds(TimeoutSec) : (TimeSpan?)null;

        /// <summary>The client of this call; made on first use, so that a single line needs no Connect-CosmiAccount.</summary>
        private protected Client Connection => _client ?? (_client = Client ?? Session.Current.DefaultClient());

        /// <inheritdoc/>
        protected override void BeginProcessing()
        {
            try
            {
                Connection.ThrowIfDisposed();
            }
            catch (Exception exception) when (Errors.IsFailure(exception))
            {
                ThrowTerminatingError(Errors.Record(exception, null));
            }
        }
    }
}
