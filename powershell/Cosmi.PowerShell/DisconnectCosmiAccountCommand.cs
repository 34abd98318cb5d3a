using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>Ends a client, or the runspace's default one. Without one there is nothing to do, and that is no error.</summary>
    [Cmdlet(VerbsCommunications.Disconnect, "CosmiAccount")]
    [OutputType(typeof(void))]
    public sealed class DisconnectCosmiAccountCommand : CosmiCmdlet
    {
        /// <summary>The client to end.</summary>
        [Parameter(Position = 0, ValueFromPipeline = true)]
        [ValidateNotNull]
        public Client? Client { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord() => Session.Current.Disconnect(Client);
    }
}
