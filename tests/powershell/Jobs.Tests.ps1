BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator

    function Complete-Job {
        # What a job gave, when it has ended; the job stays, to be looked at.
        [CmdletBinding()]
        param($Job)
        $null = Wait-Job -Job $Job -Timeout 60
        [string] $Job.State | Should -Be 'Completed'
        Receive-Job -Job $Job -Keep
    }
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'A command in a job' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
        $job = $null
    }

    AfterEach {
        if ($job) {
            Remove-Job -Job $job -Force
        }
    }

    It 'makes an account, shows how far it is, and what comes back can be piped on' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 3 }
        $job = Start-Job -ScriptBlock {
            Import-Module -Name $using:env:COSMI_MODULE
            New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        }
        $account = Complete-Job -Job $job
        $account.PSObject.TypeNames[0] | Should -Be 'Deserialized.Cosmi.MadeAccount'
        $account.AccountName | Should -Be 'newaccount'
        $account.SubscriptionId | Should -Be $simulator.subscriptionId
        $account.ProvisioningState | Should -Be 'Succeeded'
        $account.Endpoint | Should -BeLike 'https://*'
        $account.ChangeText | Should -Be 'new'
        $account.properties.consistencyPolicy.defaultConsistencyLevel | Should -Be 'Session'
        $account | Out-String | Should -BeLike '*newaccount*Succeeded*new*'

        $progress = @($job.ChildJobs[0].Progress | Where-Object { $_.Activity -eq 'New-CosmiAccount' })
        $progress[0].StatusDescription | Should -BeLike 'Waiting for newaccount, * s'
        # A token that takes its time is told of, too.
        ($progress.CurrentOperation -join "`n") | Should -BeLike '*create account newaccount: * after *'
        $progress[-1].RecordType | Should -Be 'Completed'
        $job.ChildJobs[0].Error | Should -BeNullOrEmpty

        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0' }
        $made = $account | New-CosmiDatabase -Name Test | New-CosmiCollection -Name Test -PartitionKeyPath /id
        $made.AccountName | Should -Be 'newaccount'
        $made.Change | Should -Be 'New'
    }

    It 'fails as it does elsewhere' {
        $job = Start-Job -ScriptBlock {
            Import-Module -Name $using:env:COSMI_MODULE
            New-CosmiAccount -Name contoso -ResourceGroupName rg -Location westeurope
        }
        $null = Complete-Job -Job $job -ErrorAction SilentlyContinue 2>&1
        $failure = $job.ChildJobs[0].Error[0]
        $failure.FullyQualifiedErrorId | Should -BeLike 'Cosmi.Conflict,*'
        [string] $failure.CategoryInfo.Category | Should -Be 'ResourceExists'
        $failure.TargetObject | Should -Be 'contoso'
        $failure.ErrorDetails.RecommendedAction | Should -BeLike 'choose another name*'
    }

    It 'that is stopped leaves Azure at work, and the same command waits for it' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ polls = 6 }
        $job = Start-Job -ScriptBlock {
            Import-Module -Name $using:env:COSMI_MODULE
            New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        while (-not (Get-Change -Simulator $simulator) -and $watch.Elapsed.TotalSeconds -lt 30) {
            Start-Sleep -Milliseconds 100
        }
        Stop-Job -Job $job
        [string] $job.State | Should -Be 'Stopped'
        Receive-Job -Job $job | Should -BeNullOrEmpty
        $account = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $account.ProvisioningState | Should -Be 'Succeeded'
        @(Get-Change -Simulator $simulator).Count | Should -Be 1
    }

    It 'gives a role and waits for it' {
        $job = Start-Job -ScriptBlock {
            Import-Module -Name $using:env:COSMI_MODULE
            Get-CosmiIdentity | Grant-CosmiAccess -AccountName noaccess -Role 'Cosmos DB Account Reader Role' -Wait
        }
        (Complete-Job -Job $job).ChangeText | Should -Be 'new'
        $null = Get-CosmiToken -Force
        (Get-CosmiAccountKey -AccountName noaccess -Kind ReadOnly).Count | Should -Be 2
    }
}

Describe 'A command in another runspace' {
    It 'can use a client that it is given, at the same time' {
        Reset-Simulator -Simulator $simulator
        $client = Connect-CosmiAccount -AccountName myaccount
        $shells = foreach ($name in 'One', 'Two', 'Three') {
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $null = $shell.AddScript('param($Client, $Name) Import-Module -Name $env:COSMI_MODULE; New-CosmiDatabase -Client $Client -Name $Name').AddArgument($client).AddArgument($name)
            [pscustomobject]@{ Shell = $shell; Running = $shell.BeginInvoke(); Name = $name }
        }
        foreach ($shell in $shells) {
            $made = $shell.Shell.EndInvoke($shell.Running)
            $shell.Shell.Streams.Error | Should -BeNullOrEmpty
            $made[0].Database | Should -Be $shell.Name
            $shell.Shell.Dispose()
        }
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.target -match 'oauth2/token' }).Count | Should -Be 1
    }
}
