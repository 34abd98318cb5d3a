using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells whether an account's name is free: no account in all of Azure has it.</summary>
    [Cmdlet(VerbsDiagnostic.Test, "CosmiAccountName")]
    [OutputType(typeof(bool))]
    public sealed class TestCosmiAccountNameCommand : CosmiClientCmdlet
    {
        /// <summary>The names.</summary>
        [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("AccountName")]
        [Names]
        public string[] Name { get; set; } = System.Array.Empty<string>();

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            foreach (string name in Name)
            {
                var account = new CosmiAccountReference { Name = name };
                Enqueue(name, (options, stop) => Connection.Native.IsAccountNameTakenAsync(account, options, stop), taken => WriteObject(!taken));
            }
        }
    }
}
